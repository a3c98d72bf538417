"""Every sentence of an alert, in English and in simplified Chinese, by code of the reason."""

from collections.abc import Mapping
from typing import Final

Words = tuple[str, str]

# In braces: facts of the alert.
ALERTS: Final[Mapping[str, Words]] = {
    "TIER_ARRIVED": ("A customer of tier {tier} is at {place}", "{tier}客户已到{place}"),
    "CUSTOMER_ARRIVED": ("A customer is at {place}", "客户已到{place}"),
    "APPOINTMENT_ARRIVED": (
        "A customer with an appointment at {time} is at {place}",
        "预约{time}的客户已到{place}",
    ),
    "WATCHLIST_SEEN": (
        "Somebody on the list {watchlist} is at {place}",
        "名单{watchlist}中的人员出现在{place}",
    ),
    "WAIT_LONG": (
        "A visitor has waited for {minutes} minutes at {place}",
        "一位访客在{place}已等候{minutes}分钟",
    ),
    "QUEUE_WAIT_LONG": (
        "Somebody has waited for {minutes} minutes at {place}",
        "有人在{place}已等候{minutes}分钟",
    ),
    "QUEUE_LONG": ("{persons} people wait at {place}", "{place}有{persons}人排队"),
    "ZONE_CROWDED": ("{persons} people are at {place}", "{place}有{persons}人"),
    "DWELL_LONG": (
        "A visitor has been at {place} for {minutes} minutes",
        "一位访客在{place}已停留{minutes}分钟",
    ),
    "ZONE_DWELL_LONG": (
        "Somebody has been at {place} for {minutes} minutes",
        "有人在{place}已停留{minutes}分钟",
    ),
    "CAMERA_DOWN": ("Camera {camera} cannot be reached", "摄像头{camera}无法连接"),
    "CAMERA_STALLED": ("Camera {camera} sends no pictures", "摄像头{camera}没有画面"),
    "CAMERA_COVERED": (
        "Camera {camera} shows nearly nothing: covered or turned away",
        "摄像头{camera}被遮挡或转向",
    ),
}
