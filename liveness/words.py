"""Every sentence that a person may read, in English and in simplified Chinese, by code."""

# ruff: noqa: RUF001 - full-width punctuation is right in Chinese.

from collections.abc import Mapping
from typing import Final

from liveness.events import Challenge

Words = tuple[str, str]

PROMPTS: Final[Mapping[Challenge, Words]] = {
    Challenge.LOOK_STRAIGHT: ("Look straight at the camera", "请正视镜头"),
    Challenge.BLINK: ("Close your eyes for a second, then open them", "请闭眼一秒，再睁开"),
    Challenge.OPEN_MOUTH: ("Open your mouth wide", "请张大嘴巴"),
    Challenge.SMILE: ("Smile", "请微笑"),
    Challenge.TURN_LEFT: ("Turn your head to your left", "请向您的左侧转头"),
    Challenge.TURN_RIGHT: ("Turn your head to your right", "请向您的右侧转头"),
    Challenge.LOOK_UP: ("Lift your chin", "请抬头"),
    Challenge.LOOK_DOWN: ("Lower your chin", "请低头"),
    Challenge.COME_CLOSER: ("Come closer to the camera", "请靠近镜头"),
}

# What would mend the picture. The verdict names the same code where a session ends for it.
ADVICE: Final[Mapping[str, Words]] = {
    "SHOW_FACE": ("Show your face to the camera", "请将面部对准镜头"),
    "ONE_PERSON_ONLY": ("Only one person, please", "画面中请只保留您一人"),
    "CENTRE_FACE": ("Bring your face into the middle", "请将面部移到画面中央"),
    "MOVE_CLOSER": ("Come a little closer", "请再靠近一些"),
    "MOVE_BACK": ("Move back a little", "请稍微后退"),
    "MORE_LIGHT": ("More light, please", "光线太暗，请移到明亮处"),
    "LESS_LIGHT": ("Too bright: turn away from the light", "光线太强，请避开强光"),
    "EVEN_LIGHT": ("Turn towards the light", "光线不均，请面向光源"),
    "LOOK_STRAIGHT": ("Look straight at the camera", "请正视镜头"),
    "RELAX_FACE": ("Relax and close your mouth", "请放松，闭上嘴巴"),
    "HOLD_STILL": ("Hold still", "请保持不动"),
    "SEND_MORE_FRAMES": (
        "Too few pictures: more light or a better line",
        "画面太少，请改善光线或网络",
    ),
}

# What was noticed on the way. The verdict may give the same code as a reason.
NOTICES: Final[Mapping[str, Words]] = {
    "CHALLENGE_MISSED": ("The move was not seen in time", "未在规定时间内看到动作"),
    "CHALLENGE_WRONG_MOVE": ("That was another move", "动作不正确"),
    "CHALLENGE_TOO_EARLY": ("That was too early: wait for the prompt", "动作过早，请等待提示"),
    "FACE_LOST": ("Your face left the picture", "面部离开了画面"),
    "SECOND_FACE": ("Somebody else is in the picture", "画面中有其他人"),
    "FACE_NOT_CONFIRMED": ("The face could not be compared", "无法确认是否为同一人"),
    "PICTURE_BROKEN": ("A picture could not be read", "有画面无法读取"),
    "FRAMES_MISSING": ("Part of the video did not arrive", "部分画面未收到"),
    "TOO_FEW_FRAMES": ("Too few pictures arrive", "收到的画面太少"),
    "FRAMES_OUT_OF_ORDER": ("Pictures arrive in the wrong order", "画面顺序错乱"),
    "FRAMES_SENT_TWICE": ("Pictures arrive twice", "画面重复发送"),
    "CLOCK_BACKWARDS": ("The device's clock goes backwards", "设备时钟出现倒退"),
    "FRAMES_REPEATED": ("The picture stands still", "画面静止不动"),
    "CLIP_LOOPED": ("The video repeats itself", "视频内容循环重复"),
    "CLIP_REVERSED": ("The video seems to run backwards", "视频似乎在倒放"),
    "SCENE_CHANGED": ("The scene changed: stay where you are", "场景发生变化，请留在原处"),
    "VIDEO_CUT": ("The video was cut", "视频被剪辑"),
    "VIDEO_JUMP": ("The face jumped", "面部位置突然跳变"),
    "FACE_CHANGED": ("Another person came into the picture", "画面中换了人"),
    "FACE_FLAT": ("The face moves like a flat picture", "面部呈平面状，不是立体的"),
    "FACE_STILL": ("The face does not move as living faces do", "面部没有自然的细微动作"),
    "CONNECTION_LOST": ("The connection was lost", "连接中断"),
}

# Why it was decided so.
REASONS: Final[Mapping[str, Words]] = {
    "LOOKS_LIVE": ("It looks like a living face", "看起来是真人"),
    "LOOKS_LIKE_ATTACK": ("It looks like a screen, print or mask", "看起来是屏幕、照片或面具"),
    "EVIDENCE_WEAK": ("Not sure: try again in better light", "无法确定，请改善光线后重试"),
    "CHALLENGES_PASSED": ("All moves were made as asked", "所有动作均按要求完成"),
    "CHALLENGE_FAILED": ("The moves were not the ones asked for", "动作与要求不符"),
    "SESSION_TIMED_OUT": ("The time ran out: please start again", "检测超时，请重新开始"),
    "SESSION_ABANDONED": ("The session was left before its end", "检测中途退出"),
    "SERVER_STOPPING": ("The service is stopping: please start again", "服务正在停止，请稍后重试"),
    "INTERRUPTED_TOO_OFTEN": (
        "Interrupted too often: please start again",
        "中断次数过多，请重新开始",
    ),
    "NO_FACE": ("No face was seen: face the camera", "未看到人脸，请正对镜头"),
    "TOO_FEW_VIEWS": (
        "Too little seen: face the camera in good light",
        "面部画面不足，请在明亮处正视镜头",
    ),
    "SIGNAL_NOT_MEASURED": ("The look of the face could not be judged", "无法判断面部外观"),
    "EVIDENCE_MISSING": ("Nothing was measured", "没有可用的检测结果"),
}
