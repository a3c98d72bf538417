// What operators ask and change; nothing else knows how it travels.

import {
  type DescMessage,
  fromJson,
  type JsonValue,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import { type CameraScene, CameraSceneSchema } from "../gen/smartbranch/edge/v1/edge_pb.ts";
import {
  type Camera,
  CameraSchema,
  CreateDeviceCodeResponseSchema,
  type Device,
  ListCamerasResponseSchema,
  ListDevicesResponseSchema,
} from "../gen/smartbranch/edge/v1/edge_service_pb.ts";
import type { HeatMap } from "../gen/smartbranch/lobby/v1/lobby_pb.ts";
import { GetFlowResponseSchema } from "../gen/smartbranch/lobby/v1/lobby_service_pb.ts";
import { ask, send } from "../shared/call.ts";
import { newId } from "../shared/ids.ts";
import { type Galleries, type LobbyState, readGalleries, readLobbyState } from "./states.ts";

const FRAME_LIMIT_MS = 15_000; // A box may be far away.

const read = <T extends DescMessage>(schema: T, json: JsonValue): MessageShape<T> =>
  fromJson(schema, json, { ignoreUnknownFields: true });

const of = (branch: string) => `?branch=${encodeURIComponent(branch)}`;
// `tenants/{t}/devices/...` without the tenant, which is the caller's own.
const below = (name: string) => name.slice(name.indexOf("devices/"));

export async function listDevices(branch: string): Promise<Device[]> {
  return read(ListDevicesResponseSchema, await ask(`/v1/devices${of(branch)}`)).devices;
}

export async function listCameras(branch: string): Promise<Camera[]> {
  return read(ListCamerasResponseSchema, await ask(`/v1/cameras${of(branch)}`)).cameras;
}

export async function createCode(device: string, branch: string, name: string, hours: number) {
  const body = {
    device,
    branch,
    display_name: name,
    lifetime: `${Math.round(hours * 3600)}s`,
    request_id: newId(),
  };
  const json = await ask("/v1/devices:createCode", { method: "POST", body });
  return read(CreateDeviceCodeResponseSchema, json);
}

export async function revoke(device: Device): Promise<void> {
  const body = { request_id: newId() };
  await ask(`/v1/${below(device.name)}:revoke`, { method: "POST", body });
}

// scene: its version is the one that it replaces.
export async function updateCamera(
  name: string,
  scene: CameraScene,
  displayName: string,
): Promise<Camera> {
  const body = {
    scene: toJson(CameraSceneSchema, scene, { useProtoFieldName: true }),
    display_name: displayName,
    request_id: newId(),
  };
  return read(CameraSchema, await ask(`/v1/${below(name)}`, { method: "PATCH", body }));
}

export async function frameOf(name: string): Promise<Blob> {
  const signal = AbortSignal.timeout(FRAME_LIMIT_MS);
  return (await send(`/v1/${below(name)}/frame?max_side_px=1280`, { signal })).blob();
}

// Of today; undefined where nothing was counted. camera: `{device}/{camera}`.
export async function heatOf(branch: string, camera: string): Promise<HeatMap | undefined> {
  const path = `/v1/lobby/branches/${encodeURIComponent(branch)}/flow?with_heat=true`;
  const { heatMaps } = read(GetFlowResponseSchema, await ask(path));
  return heatMaps.find((heat) => heat.camera === camera);
}

export async function lobbyState(): Promise<LobbyState> {
  return readLobbyState(await ask("/v1/console/lobby"));
}

export async function galleries(): Promise<Galleries> {
  return readGalleries(await ask("/v1/console/galleries"));
}
