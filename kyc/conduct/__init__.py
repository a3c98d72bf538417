"""What happens in picture and sound while somebody attends, as timed events."""
