"""Verifies pairs with face_recognition; runs in that peer's own environment.

Arguments: picture files, two and two a pair. Each line on standard input is a number of pairs to
verify; each answer is one JSON line with how many were, how many matched and had no face.
"""

import io
import json
import sys

import face_recognition  # type: ignore[import-not-found,unused-ignore]


def first_encoding(picture: bytes) -> "object | None":
    """Load, locate by HOG and encode the first face, as the project's own examples do."""
    image = face_recognition.load_image_file(io.BytesIO(picture))
    places = face_recognition.face_locations(image)
    return face_recognition.face_encodings(image, places[:1])[0] if places else None


def main() -> None:
    """Answer until standard input ends."""
    pictures = []
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            pictures.append(file.read())
    pairs = list(zip(pictures[::2], pictures[1::2], strict=True))
    print(json.dumps({"ready": True}), flush=True)
    turn = 0
    for line in sys.stdin:
        matched = missed = 0
        for _ in range(int(line)):
            reference, probe = (first_encoding(picture) for picture in pairs[turn % len(pairs)])
            turn += 1
            if reference is None or probe is None:
                missed += 1
            else:
                matched += bool(face_recognition.compare_faces([reference], probe)[0])
        print(json.dumps({"pairs": int(line), "matched": matched, "missed": missed}), flush=True)


if __name__ == "__main__":
    main()
