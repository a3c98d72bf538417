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
    "more": (" and {count} more", "，另有 {count} 处"),
}

# Why it was decided so, by the signal that says it.
REASONS: Final[Mapping[str, Mapping[str, Words]]] = {
    "blink_rate": {
        "NO_BLINKS": ("no blink was seen for a long time", "长时间未眨眼"),
    },
    "continuity": {
        "CLIP_REVERSED": ("it seems to run backwards", "视频似乎在倒放"),
        "FACE_CHANGED": ("another person came into the picture", "画面中换了人"),
        "PICTURE_GONE": ("the picture was gone in between", "画面中途消失"),
        "SCENE_CHANGED": ("the scene changed", "场景发生变化"),
        "SECOND_FACE": ("somebody else is in the picture", "画面中有其他人"),
        "TOO_FEW_FRAMES": ("too few pictures a second", "每秒画面太少"),
        "VIDEO_CUT": ("it was cut", "视频被剪辑"),
        "VIDEO_JUMP": ("the face jumped", "面部位置突然跳变"),
        "VIDEO_SPLICED": ("two takes were joined", "视频由不同片段拼接"),
    },
    "encoding": {
        "ENCODER_CHANGED": ("another encoder took over", "编码器发生变化"),
        "PICTURE_TURNED": ("the picture was turned", "画面方向发生变化"),
        "QUALITY_CHANGED": ("the quality changed", "编码质量发生变化"),
        "SIZE_CHANGED": ("the size of the picture changed", "画面尺寸发生变化"),
        "SOURCE_CHANGED": ("another source took over", "画面来源发生变化"),
    },
    "frame_chain": {
        "CHAIN_BROKEN": ("a frame was changed on its way", "帧在传输中被篡改"),
        "CHAIN_GAP": ("signed frames are missing", "缺少已签名的帧"),
        "CHAIN_MISSING": ("the frames are not signed", "帧未签名"),
        "CHAIN_REORDERED": ("frames were put in another order", "帧顺序被改动"),
        "CHAIN_REPLAYED": ("a signed frame was sent again", "已签名的帧被重放"),
        "CHAIN_UNFINISHED": ("its signed end did not come", "签名链未正常结束"),
    },
    "frame_forgery": {
        "LOOKS_GENUINE": ("nothing looks forged", "未见伪造痕迹"),
        "LOOKS_UNCLEAR": ("it looks neither genuine nor forged", "无法判断真伪"),
        "LOOKS_FORGED": ("it looks forged", "疑似伪造"),
        "LOOKS_FORGED_IN_PART": ("part of the clip looks forged", "部分片段疑似伪造"),
        "DOUBTFUL_IN_PART": ("part of the clip may be forged", "部分片段可能伪造"),
        "UNJUDGED_IN_PART": ("part of the clip could not be judged", "部分片段无法判断"),
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
    "identity_drift": {
        "IDENTITY_DRIFTS": ("the face does not stay like itself", "面部特征前后不一致"),
    },
    "repetition": {
        "CLIP_LOOPED": ("what was shown before comes again", "画面循环重复"),
        "FACE_MOTIONLESS": ("the face itself does not move", "面部自身没有动作"),
        "FRAMES_REPEATED": ("the picture stands still", "画面静止不动"),
    },
    "sound_in_step": {
        "SOUND_IN_STEP": ("they go together", "声音与口型一致"),
        "SOUND_OF_ANOTHER": ("what is heard is not what the lips say", "声音与口型不符"),
        "SOUND_SHIFTED": ("the sound comes too early or too late", "声音明显提前或滞后"),
        "SOUND_SILENT": ("nothing is heard", "没有声音"),
        "SOUND_UNCLEAR": ("whether they go together cannot be told", "无法判断声音与口型是否一致"),
        "SOUND_UNREADABLE": ("the sound could not be read", "声音无法读取"),
        "SOUND_WITHOUT_SPEECH": ("nobody is heard to speak", "未听到说话声"),
    },
    "timing": {
        "ARRIVES_IN_BURSTS": ("pictures arrive in bursts", "画面成批到达"),
        "CADENCE_PERFECT": ("no camera keeps time so exactly", "画面间隔过于精确，不似摄像头"),
        "CAPTURED_AHEAD": ("they were not sent as they were taken", "画面并非实时发送"),
        "CLOCK_DRIFTS": ("the sender's clock runs at another speed", "设备时钟快慢异常"),
        "CLOCK_BACKWARDS": ("the sender's clock goes backwards", "设备时钟出现倒退"),
        "CLOCKS_DISAGREE": ("the sender's two clocks disagree", "设备的两个时钟不一致"),
        "FRAMES_OUT_OF_ORDER": ("pictures come in the wrong order", "画面顺序错乱"),
        "FRAMES_SENT_TWICE": ("pictures come twice", "画面重复发送"),
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
