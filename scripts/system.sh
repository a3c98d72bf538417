# shellcheck shell=bash
# System packages: installed where that is allowed, else one line says which command does it.

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

install_system_packages() {
    command -v apt-get >/dev/null || return 1
    echo "setup: installing $* (system)" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >/dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# Without these nothing works: stop.
need_system_packages() {
    install_system_packages "$@" && return
    echo "setup: missing system packages; install them with: sudo apt-get install $*" >&2
    return 1
}

# Without these some tests are skipped: go on. want_system_packages WHAT PACKAGE...
want_system_packages() {
    install_system_packages "${@:2}" && return
    echo "setup: $1 will be skipped; install with: sudo apt-get install ${*:2}" >&2
}

has_browser() {
    local name
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null && return
    done
    return 1
}

# The fonts that tour/cards writes specimens with.
has_specimen_fonts() {
    [[ -e /usr/share/fonts/truetype/wqy/wqy-microhei.ttc && -e /usr/share/fonts/opentype/ocr-b/OCRB.otf ]]
}

# GStreamer's RTSP server, as bench/rtsp_server.py runs it.
has_rtsp_server() {
    /usr/bin/python3 - 2>/dev/null <<'END'
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
raise SystemExit(not all(map(Gst.ElementFactory.find, ("appsrc", "h264parse", "rtph264pay"))))
END
}
