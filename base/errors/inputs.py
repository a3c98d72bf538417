"""What a caller can mend: wrong pictures, faces and arguments."""

from base.errors.root import SmartBranchError


class InvalidInputError(SmartBranchError):
    """The request is wrong; sending it again will not help."""

    grpc_code = "INVALID_ARGUMENT"


class EmptyPictureError(InvalidInputError):
    """No bytes came."""

    reason = "PICTURE_EMPTY"


class UnsupportedPictureError(InvalidInputError):
    """The bytes are no picture, or one of a kind that is not read."""

    reason = "PICTURE_UNSUPPORTED"


class BrokenPictureError(InvalidInputError):
    """The picture starts well and cannot be read to its end."""

    reason = "PICTURE_BROKEN"


class PictureTooLargeError(InvalidInputError):
    """More bytes or pixels than are decoded."""

    reason = "PICTURE_TOO_LARGE"


class PictureTooSmallError(InvalidInputError):
    """Too few pixels to hold a face."""

    reason = "PICTURE_TOO_SMALL"


class EmptyClipError(InvalidInputError):
    """No bytes came."""

    reason = "CLIP_EMPTY"


class UnsupportedClipError(InvalidInputError):
    """The file is no clip, or one of a kind that is not read."""

    reason = "CLIP_UNSUPPORTED"


class BrokenClipError(InvalidInputError):
    """The clip starts well and cannot be read to its end."""

    reason = "CLIP_BROKEN"


class ClipTooLargeError(InvalidInputError):
    """More bytes, pixels or frames than are decoded."""

    reason = "CLIP_TOO_LARGE"


class ClipTooLongError(InvalidInputError):
    """It plays for longer than is decoded."""

    reason = "CLIP_TOO_LONG"


class UnfinishedClipError(InvalidInputError):
    """The stream of a clip ended before the clip did."""

    reason = "UNFINISHED_CLIP"


class BrokenSoundError(InvalidInputError):
    """The bytes are no sound of the kind that was said."""

    reason = "SOUND_BROKEN"


class NoFaceError(InvalidInputError):
    """The picture has no face; the caller should retake it."""

    reason = "NO_FACE"


class SeveralFacesError(InvalidInputError):
    """Several faces of like size where one person is meant."""

    reason = "SEVERAL_FACES"


class DegenerateFaceError(InvalidInputError):
    """The landmarks of the face do not span a plane."""

    reason = "FACE_DEGENERATE"


class PoorPictureError(InvalidInputError):
    """The picture is not good enough to be enrolled; the message gives the quality reasons."""

    reason = "QUALITY_TOO_LOW"


class InvalidArgumentError(InvalidInputError):
    """A field has a value that is not allowed; the message names the field."""

    reason = "ARGUMENT_INVALID"


class InvalidResourceNameError(InvalidInputError):
    """A resource name or id does not follow its pattern."""

    reason = "RESOURCE_NAME_INVALID"


class ErrorRateOutOfRangeError(InvalidInputError):
    """The error rate asked for is no rate, or is one that no measurement supports."""

    reason = "ERROR_RATE_OUT_OF_RANGE"


class SequenceGapError(InvalidInputError):
    """A chunk of a stream does not follow the one before it; the message says which is wanted."""

    reason = "SEQUENCE_GAP"


class UnsupportedSourceError(InvalidInputError):
    """A camera sends what is not decoded: another codec, no pictures, or too many pixels."""

    reason = "SOURCE_UNSUPPORTED"
