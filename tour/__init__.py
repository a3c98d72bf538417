"""The guided tour: the real server on loopback, real photographs, every answer checked."""
