"""Every sentence that a person may read, in English and in simplified Chinese, by code."""

# ruff: noqa: RUF001 - full-width punctuation is right in Chinese.

from collections.abc import Mapping
from typing import Final

Words = tuple[str, str]

SIGNALS: Final[Mapping[str, Words]] = {
    "frame_forgery": ("Look of the face", "面部画面"),
    "identity_drift": ("Likeness to oneself", "身份一致性"),
    "landmark_jitter": ("Steadiness of features", "五官稳定性"),
    "boundary_flicker": ("Edge of the face", "面部边缘"),
    "blink_rate": ("Blinks", "眨眼"),
    "continuity": ("Course of the clip", "视频连续性"),
    "sound_in_step": ("Sound and lips", "音画同步"),
    "repetition": ("Repetition", "画面重复"),
    "timing": ("Times of the pictures", "画面时间"),
    "encoding": ("Encoding", "编码"),
    "frame_chain": ("Signed frames", "帧签名链"),
}

# What follows a sentence: when it was, and how often.
TIMES: Final[Mapping[str, Words]] = {
    "at": (", at {start:.1f} s", "，第 {start:.1f} 秒"),
    "span": (", from {start:.1f} s to {end:.1f} s", "，第 {start:.1f} 至 {end:.1f} 秒"),
    "more": (" and {count} more times", "，另有 {count} 处"),
}

# Why it was decided so, by the signal that says it.
REASONS: Final[Mapping[str, Mapping[str, Words]]] = {
    "frame_forgery": {
        "LOOKS_GENUINE": ("nothing looks forged", "未见伪造痕迹"),
        "LOOKS_FORGED": ("it looks forged", "疑似伪造"),
        "LOOKS_FORGED_IN_PART": ("part of the clip looks forged", "部分片段疑似伪造"),
        "TOO_FEW_VIEWS": ("too little of it could be judged", "可判断的画面不足"),
        "FACE_TOO_SMALL": ("the face is too small", "面部过小"),
        "FACE_TOO_DARK": ("the face is too dark", "面部过暗"),
        "FACE_TOO_BRIGHT": ("the face is too bright", "面部过亮"),
        "FACE_LOW_CONTRAST": ("the face has hardly any contrast", "面部对比度过低"),
        "FACE_BLURRED": ("the face is blurred", "面部模糊"),
        "FACE_NOISY": ("the face is full of noise", "面部噪点过多"),
        "FACE_CUT_OFF": ("part of the face is outside the picture", "面部部分出画"),
        "FACE_TURNED_ASIDE": ("the face is turned aside", "面部偏转过大"),
        "FACE_HARD_TO_SEE": ("the face cannot be measured", "面部无法测量"),
    },
    "continuity": {
        "SECOND_FACE": ("somebody else is in the picture", "画面中有其他人"),
        "TOO_FEW_FRAMES": ("too few pictures a second", "每秒画面太少"),
    },
    "sound_in_step": {
        "SOUND_IN_STEP": ("they go together", "声音与口型一致"),
        "SOUND_OUT_OF_STEP": ("they do not go together", "声音与口型不一致"),
        "SOUND_UNREADABLE": ("the sound could not be read", "声音无法读取"),
    },
}

# Those that no signal says.
ALONE: Final[Mapping[str, Words]] = {
    "NO_FACE": ("No face was seen", "未看到人脸"),
    "CLIP_TOO_SHORT": ("The clip is too short to be judged", "视频过短，无法判断"),
    "EVIDENCE_WEAK": ("Not sure: nothing decides it", "证据不足，无法确定"),
    "EVIDENCE_MISSING": ("Nothing was measured", "没有可用的检测结果"),
    "SIGNAL_MEASURED": ("it was weighed", "已计入判断"),
    "SIGNAL_NOT_MEASURED": ("The look of the face could not be judged", "无法判断面部画面"),
}
