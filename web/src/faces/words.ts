// Every word of the page, in English and in Chinese.

import { isChinese } from "../shared/language.ts";
import { explain as explainCode } from "../shared/reasons.ts";

export type Role = "reference" | "probe";

const EN = {
  title: "Compare two faces",
  intro:
    "Choose a reference, such as the photograph of an identity document, and a photograph of the person who is there. Both are compared on this server and forgotten.",
  reference: "Reference photograph",
  probe: "Photograph of the person",
  choose: "Choose a file",
  camera: "Take a photograph",
  drop: "Drop a photograph here, or",
  replace: "Choose another one:",
  rate: "Accepted share of false matches",
  oneIn: (n: number) => `1 in ${n.toLocaleString("en")}`,
  compare: "Compare",
  comparing: "Comparing…",
  looking: "Looking for faces…",
  token: "Access token",
  useToken: "Use it",
  otherPage: "Check that a living person is there",
  footer:
    "A decision rests on a measured error rate, not on a raw similarity. It says whether two photographs show one person; it does not say whether a live person was in front of the camera.",
  MATCH: "The same person",
  NO_MATCH: "Not the same person",
  INCONCLUSIVE: "Cannot be told",
  meaning: {
    MATCH: (n: string) =>
      `Of ${n} comparisons of two different people, about one reaches the similarity that is needed.`,
    NO_MATCH: (_n: string) => "The faces are less alike than the error rate asks for.",
    INCONCLUSIVE: (_n: string) => "Better photographs are needed for a decision.",
  },
  noFace: "No face was found. Use a photograph that shows one face, well lit.",
  faces: (n: number) =>
    n === 1 ? "One face found." : `${n} faces found; the comparison needs one person.`,
  quality: "Picture quality",
  ofHundred: (n: number) => `${n} of 100`,
  good: "Good enough for a comparison.",
  parts: "What was rated",
  similarity: "Similarity",
  threshold: "Needed for a match",
  fmr: "False match rate here",
  model: "Model",
  terms: {
    open: "open",
    "undisclosed-data": "training data not disclosed",
    research: "research only",
  },
  noTable: "not measured for this model",
  pictureAlt: { reference: "The reference photograph", probe: "The photograph of the person" },
  unreachable: "The server cannot be reached. Check the connection and try again.",
  notPicture: "This browser cannot show the file.",
  component: {
    sharpness: "Sharpness",
    under_exposure: "Dark areas",
    over_exposure: "Burnt-out areas",
    dynamic_range: "Contrast",
    illumination_uniformity: "Even light",
    yaw: "Turned aside",
    pitch: "Tilted up or down",
    roll: "Leaning",
    inter_eye_distance: "Size of the face",
    position: "Inside the picture",
    detection_confidence: "Clearly visible",
  },
};

type Words = typeof EN;

const ZH: Words = {
  title: "人脸比对",
  intro:
    "选择一张参考照片（例如证件照）和一张现场人员的照片。两张照片只在本服务器上比对，不会保存。",
  reference: "参考照片",
  probe: "现场照片",
  choose: "选择文件",
  camera: "拍照",
  drop: "将照片拖到此处，或",
  replace: "换一张：",
  rate: "可接受的误识率",
  oneIn: (n) => `${n.toLocaleString("zh-CN")} 分之一`,
  compare: "开始比对",
  comparing: "正在比对…",
  looking: "正在检测人脸…",
  token: "访问令牌",
  useToken: "使用",
  otherPage: "真人验证",
  footer:
    "结论依据实测误识率，而不是原始相似度。它说明两张照片是否为同一人，不能说明镜头前是否为真人。",
  MATCH: "是同一个人",
  NO_MATCH: "不是同一个人",
  INCONCLUSIVE: "无法判断",
  meaning: {
    MATCH: (n) => `两个不同的人每比对 ${n} 次，大约会有一次达到所需的相似度。`,
    NO_MATCH: () => "两张人脸的相似程度未达到所选误识率的要求。",
    INCONCLUSIVE: () => "需要质量更好的照片才能下结论。",
  },
  noFace: "没有找到人脸。请使用光线充足、只有一张人脸的照片。",
  faces: (n) => (n === 1 ? "找到一张人脸。" : `找到 ${n} 张人脸；比对需要只有一个人的照片。`),
  quality: "照片质量",
  ofHundred: (n) => `${n} 分（满分 100）`,
  good: "质量足够，可以比对。",
  parts: "评分明细",
  similarity: "相似度",
  threshold: "判为同一人所需",
  fmr: "此处的误识率",
  model: "模型",
  terms: { open: "开放", "undisclosed-data": "训练数据未公开", research: "仅限研究" },
  noTable: "该模型尚未测定",
  pictureAlt: { reference: "参考照片", probe: "现场照片" },
  unreachable: "无法连接服务器。请检查网络后重试。",
  notPicture: "浏览器无法显示该文件。",
  component: {
    sharpness: "清晰度",
    under_exposure: "暗部",
    over_exposure: "过曝",
    dynamic_range: "对比度",
    illumination_uniformity: "光照均匀",
    yaw: "左右转头",
    pitch: "俯仰",
    roll: "歪头",
    inter_eye_distance: "人脸大小",
    position: "位置完整",
    detection_confidence: "清楚可见",
  },
};

export const words = (): Words => (isChinese() ? ZH : EN);

export const componentLabel = (name: string): string =>
  (words().component as Readonly<Record<string, string>>)[name] ?? name;

// A reason or an error in the language of the page; an error names the photograph it is about.
export function explain(code: string, text: string): string {
  const role = /^(reference|probe): /.exec(text);
  const sentence = explainCode(code, text.slice(role ? role[0].length : 0));
  return role ? `${words()[role[1] as Role]}${isChinese() ? "：" : ": "}${sentence}` : sentence;
}
