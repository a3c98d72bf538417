// What stable codes of the server mean in Chinese; English comes from the server itself.

import { isChinese } from "./language.ts";

const ZH: Readonly<Record<string, string>> = {
  FACE_BLURRED: "人脸模糊，或由很少的像素放大而成",
  FACE_TOO_DARK: "人脸大部分过暗",
  FACE_TOO_BRIGHT: "人脸大部分过曝",
  FACE_LOW_CONTRAST: "人脸几乎没有对比度",
  FACE_UNEVENLY_LIT: "人脸左右两侧明暗相差很大",
  FACE_TURNED_ASIDE: "头部转向一侧，请正视镜头",
  FACE_TURNED_UP_OR_DOWN: "头部上仰或下俯，请正视镜头",
  FACE_TILTED: "头部歪斜",
  FACE_TOO_SMALL: "人脸太小，请靠近镜头或使用更大的照片",
  FACE_CUT_OFF: "人脸有一部分在画面之外",
  FACE_UNCERTAIN: "人脸被部分遮挡或难以辨认",
  QUALITY_TOO_LOW: "照片质量太低",
  SIMILARITY_REACHED: "相似度达到所选误识率的要求",
  SIMILARITY_TOO_LOW: "相似度未达到所选误识率的要求",
  MODEL_NOT_CALIBRATED: "该模型尚未测定错误率，无法下结论",
  PICTURE_EMPTY: "文件是空的",
  PICTURE_UNSUPPORTED: "文件不是照片，或格式不支持（支持 JPEG、PNG、WebP、BMP）",
  PICTURE_BROKEN: "照片不完整，请重新发送完整文件",
  PICTURE_TOO_LARGE: "照片太大",
  PICTURE_TOO_SMALL: "照片太小",
  NO_FACE: "没有找到人脸，请使用光线充足、只有一张人脸的照片",
  SEVERAL_FACES: "照片中有多张大小相近的人脸，请使用只有一个人的照片",
  FACE_DEGENERATE: "人脸特征点无法使用，请换一张照片",
  ERROR_RATE_OUT_OF_RANGE: "不支持所选的误识率",
  MESSAGE_TOO_LARGE: "文件超过了允许的大小",
  SERVER_BUSY: "服务器繁忙，请稍后再试",
  QUEUE_FULL: "服务器繁忙，请稍后再试",
  RATE_LIMITED: "请求太频繁，请稍后再试",
  DEADLINE_EXCEEDED: "未能及时得到结果，请重试",
  STARTING: "服务器正在加载模型，请稍后再试",
  DRAINING: "服务器正在停止",
  TOKEN_MISSING: "需要访问令牌",
  TOKEN_INVALID: "访问令牌无效",
  TOKEN_EXPIRED: "访问令牌已过期",
  ROLE_NOT_ALLOWED: "该令牌无权执行此操作",
  TOO_MANY_ATTEMPTS: "尝试次数过多，请稍后再试",
  SESSION_NOT_FOUND: "会话不存在或已过期，请重新开始",
  SESSION_TAKEN_OVER: "会话已在另一个连接上继续",
  SEQUENCE_GAP: "有画面丢失，请重新开始",
  ARGUMENT_INVALID: "请求内容有误",
  MODEL_NOT_PULLED: "服务器缺少所需模型，请告知管理员",
  MODEL_TERMS_NOT_ACCEPTED: "模型的使用条款尚未确认，请告知管理员",
  INFERENCE_FAILED: "模型运行出错，请重试",
  STORAGE_FAILED: "服务器无法保存结果，请稍后再试",
  INTERNAL: "服务器出错，请将请求编号告知管理员",
};

// A reason or an error in the language of the page; the server's own words where no other is known.
export function explain(code: string, text: string): string {
  const known = isChinese() ? ZH[code] : undefined;
  const said = known ? `${known}（${code}）` : text;
  return said.charAt(0).toUpperCase() + said.slice(1);
}
