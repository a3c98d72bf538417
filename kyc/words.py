"""Every sentence that a participant or reviewer may read, in English and simplified Chinese."""

# ruff: noqa: RUF001 - full-width punctuation is right in Chinese.

from collections.abc import Mapping
from typing import Final

from decision.outcome import Reason
from kyc.events import Prompted, PromptKind, Side
from kyc.policy import Product, Texts
from liveness.texts import Language
from liveness.texts import prompt_text as challenge_text
from liveness.words import ADVICE as FACE_ADVICE
from liveness.words import NOTICES as FACE_NOTICES
from liveness.words import REASONS as FACE_REASONS
from liveness.words import Words

PROMPTS: Final[Mapping[PromptKind, Words]] = {
    PromptKind.GIVE_CONSENT: ("Please read this and say whether you agree", "请阅读以下内容并确认"),
    PromptKind.SHOW_DOCUMENT: ("Show your identity document", "请出示身份证件"),
    PromptKind.FACE_CAMERA: ("Look straight at the camera", "请正视镜头"),
    PromptKind.DO_CHALLENGE: ("Do as you are asked", "请按提示操作"),
    PromptKind.ANSWER_QUESTION: ("Please answer the question", "请回答问题"),
    PromptKind.WAIT: ("One moment, please", "请稍候"),
}

SIDES: Final[Mapping[Side, Words]] = {
    Side.FRONT: (
        "Show the side of your identity document with the portrait",
        "请出示身份证件的人像面",
    ),
    Side.BACK: ("Show the other side of your identity document", "请出示身份证件的另一面"),
}

# What would make the picture better, beyond what liveness says.
ADVICE: Final[Mapping[str, Words]] = {
    "HOLD_DOCUMENT_STILL": ("Hold the document still", "请将证件拿稳"),
    "DOCUMENT_GLARE": ("Tilt the document: light is reflected in it", "证件反光，请稍微倾斜"),
    "DOCUMENT_BLUR": (
        "Hold the document still and a little further away",
        "证件模糊，请拿稳并稍微拿远",
    ),
    "DOCUMENT_BLURRED": (
        "Hold the document still and a little further away",
        "证件模糊，请拿稳并稍微拿远",
    ),
    "DOCUMENT_CORNER_CUT_OFF": ("Show the whole document", "请将证件完整放入画面"),
    "DOCUMENT_CUT_OFF": ("Show the whole document", "请将证件完整放入画面"),
    "DOCUMENT_CARD_EDGES_NOT_SEEN": (
        "Show all four edges of the document, with some table around it",
        "请拍全证件四边，四周留出一些桌面",
    ),
    "DOCUMENT_TOO_SMALL": ("Bring the document closer", "请将证件靠近镜头"),
    "DOCUMENT_TOO_DARK": ("More light on the document", "证件光线太暗，请移到明亮处"),
    "DOCUMENT_TOO_BRIGHT": ("Less light on the document", "证件光线太强，请避开强光"),
    "DOCUMENT_LOW_CONTRAST": ("More light on the document", "证件光线太暗，请移到明亮处"),
    "DOCUMENT_TILTED": ("Hold the document flat to the camera", "请将证件正对镜头"),
    "DOCUMENT_NOT_FOUND": ("Show the document to the camera", "请将证件对准镜头"),
}

# What was noticed: conduct, and what went wrong with an answer.
NOTICES: Final[Mapping[str, Words]] = {
    "FACE_LOST": ("Your face left the picture", "面部离开了画面"),
    "SECOND_FACE": ("Somebody else is in the picture", "画面中有其他人"),
    "FACE_SWAPPED": ("Another person is in the picture", "画面中换了人"),
    "CAMERA_COVERED": ("The camera is covered", "摄像头被遮挡"),
    "BACKGROUND_CHANGED": ("The surroundings changed", "所处环境发生变化"),
    "PICTURES_MISSING": ("No pictures arrive", "未收到画面"),
    "VOICE_WITHOUT_MOUTH": ("Somebody else seems to be speaking", "似乎有其他人在说话"),
    "SOUND_MISSING": ("No sound arrives", "未收到声音"),
    "VIRTUAL_CAMERA": ("The camera seems to be a program", "摄像头疑似虚拟摄像头"),
    "OUTSIDE_FENCE": ("The place is outside of the permitted area", "所在位置不在允许范围内"),
    "POSITION_MISSING": ("The place is not known", "未获得位置信息"),
    "POSITION_IMPRECISE": ("The place is not known well enough", "位置信息不够准确"),
    "DOCUMENT_UNREADABLE": ("The document could not be read", "无法读取证件"),
    "DOCUMENT_DOUBTFUL": ("Something about the document does not fit", "证件信息存在异常"),
    "WRONG_DOCUMENT": ("This document is not accepted here", "不支持此类证件"),
    "DOCUMENT_SERVICE_MISSING": ("Documents cannot be read here", "当前无法读取证件"),
    "FACE_NOT_MATCHED": ("The face could not be matched to the document", "人脸与证件照未能匹配"),
    "FACE_UNSTEADY": ("One face has to be seen throughout", "请保持同一人在画面中"),
    "LIVENESS_UNCLEAR": ("That was not clear: please try again", "未能确认，请重试"),
    "QUESTION_UNANSWERED": ("The answer did not come in time", "未在规定时间内回答"),
    "ANSWER_NOT_A_CHOICE": ("Please choose one of the answers", "请从选项中选择"),
    "CONSENT_OUTDATED": ("The text has changed: please read it again", "内容已更新，请重新阅读"),
    "STEP_TIMED_OUT": ("The time for this step ran out", "本步骤已超时"),
    "NOT_NOW": ("That is not asked for now", "当前步骤不需要此操作"),
    "EVENTS_OMITTED": ("More was noticed than is kept", "事件过多，未全部保留"),
    "PICTURE_EMPTY": ("The picture is empty: send another", "图片为空，请重新发送"),
    "PICTURE_UNSUPPORTED": ("Send the picture as JPEG or PNG", "请发送 JPEG 或 PNG 图片"),
    "PICTURE_TOO_LARGE": ("The picture is too large: send a smaller one", "图片过大，请缩小后发送"),
    "PICTURE_TOO_SMALL": ("The picture is too small: send a larger one", "图片过小，请重新拍摄"),
    "SOUND_BROKEN": ("Some of the sound could not be read", "部分声音无法读取"),
    "TOO_MUCH_AT_ONCE": ("One moment, please", "请稍候"),
}

# Why something was decided.
REASONS: Final[Mapping[str, Words]] = {
    "EVERY_CHECK_PASSED": ("Every check passed", "所有检查均已通过"),
    "CHECK_MISSING": ("A check that is required was not made", "缺少必要的检查"),
    "CONDUCT_NOTICED": ("Something has to be looked at by a person", "有情况需要人工核查"),
    "CONSENT_DECLINED": ("The participant did not agree", "参与者未同意"),
    "FACE_CONSENT_DECLINED": (
        "The participant did not agree to a comparison of faces",
        "参与者不同意进行人脸比对",
    ),
    "ASKED_FOR_PERSON": ("The participant asked for a person", "参与者要求人工服务"),
    "LOCKED_OUT": ("Every attempt of a step was used up", "该步骤的尝试次数已用完"),
    "NO_DOCUMENT_SERVICE": ("Documents cannot be read here", "此处无法读取证件"),
    "DOCUMENT_UNREADABLE": ("The document could not be read", "无法读取证件"),
    "NO_PORTRAIT": ("The document gave no portrait to compare with", "证件上没有可比对的人像"),
    "NO_FACE_CAPTURED": ("No face was captured", "未采集到人脸"),
    "MODEL_NOT_CALIBRATED": ("No error rates are known for this comparison", "缺少该比对的误差率"),
    "LOOK_UP_FAILED": ("Other files could not be searched", "未能检索其他档案"),
    "LOOK_UP_MISSING": ("Other files cannot be searched here", "此处无法检索其他档案"),
    "AUTHORITY_MISSING": ("No authority can be asked here", "此处无法向权威机构核验"),
    "AUTHORITY_FAILED": ("The authority could not be asked", "未能向权威机构核验"),
    "FACE_CONFIRMED": ("It was the same face throughout", "全程为同一人"),
    "FACE_NOT_CONFIRMED_LATER": (
        "A later step did not show clearly that it was the same person",
        "后续步骤未能确认是否为同一人",
    ),
    "DEEPFAKE_CHECK_MISSING": (
        "Forgery of the video cannot be checked here",
        "此处无法检测视频伪造",
    ),
    "DEEPFAKE_NOTHING_SEEN": ("Too little was seen to check for forgery", "画面不足，无法检测伪造"),
    "DEEPFAKE_PART_UNJUDGED": (
        "Parts of the video were too short to be checked for forgery",
        "部分视频过短，无法检测伪造",
    ),
    "DEEPFAKE_EVIDENCE_RESTARTED": (
        "The service restarted: only what came after was checked for forgery",
        "服务曾重启，仅检测了之后的视频",
    ),
    "CONDUCT_CLEAR": ("Nothing was noticed", "未发现异常"),
    "CONDUCT_NOTED": ("Something was noticed that does not matter by policy", "发现轻微情况"),
    "POSITION_INSIDE": (
        "The place reported is inside of the permitted area",
        "所报位置在允许范围内",
    ),
    "QUESTIONS_ANSWERED": ("Every question was answered", "所有问题均已回答"),
    "QUESTIONS_OPEN": ("Not every question was answered", "尚有问题未回答"),
    "NOTHING_ASKED": ("The policy asks no questions", "无需回答问题"),
    "VOICE_AT_PROMPT": ("Voice and mouth agree with the prompts", "声音与口型均与提问相符"),
    "VOICE_NOT_AT_PROMPT": (
        "A voice was heard at a prompt while this mouth did not speak",
        "回答时听到声音，但参与者未开口",
    ),
    "VOICE_NOT_MEASURED": (
        "Whether this participant spoke could not be told",
        "无法判断是否由参与者本人回答",
    ),
    "SESSION_ABANDONED": ("The attendance was left before its end", "中途退出"),
    "SESSION_TIMED_OUT": ("The time ran out", "已超时"),
    "SERVER_STOPPING": ("The service is stopping: please come back", "服务正在停止，请稍后再来"),
    "ATTENDANCE_CLOSED": ("The attendance was ended", "会话已结束"),
}

_TABLES: Final[tuple[Mapping[str, Words], ...]] = (
    *(REASONS, NOTICES, ADVICE),
    *(FACE_REASONS, FACE_NOTICES, FACE_ADVICE),
)
# Codes that others give: what is wrong with a picture of a document.
_OF_DOCUMENT: Final[Words] = ("Please show the document again", "请重新出示证件")
_ANY: Final[Words] = ("Something has to be looked at", "有情况需要核查")


def text_of(code: str, language: Language = Language.ENGLISH) -> str:
    """Return the words for a code of advice, a notice or a reason; never empty."""
    for table in _TABLES:
        if code in table:
            return table[code][language]
    return (_OF_DOCUMENT if code.startswith("DOCUMENT_") else _ANY)[language]


def in_language(texts: Texts, language: Language) -> str:
    """Return a text of the policy; the other language where there is only one."""
    first, second = (texts.english, texts.chinese)[:: 1 if language is Language.ENGLISH else -1]
    return first or second


def prompt_text(prompted: Prompted, product: Product, language: Language) -> str:
    """Return what a participant is asked to do; never empty."""
    if prompted.challenge is not None:
        return challenge_text(prompted.challenge, language)
    if prompted.side is not None:
        return SIDES[prompted.side][language]
    if prompted.kind is PromptKind.GIVE_CONSENT:
        return in_language(product.consent, language) or PROMPTS[prompted.kind][language]
    asked = next((one for one in product.questions if one.id == prompted.question), None)
    if asked is not None:
        return in_language(asked.text, language) or PROMPTS[prompted.kind][language]
    return PROMPTS[prompted.kind][language]


def reason(code: str) -> Reason:
    """Return the reason of a code, in English."""
    return Reason(code, text_of(code) + ".")
