"""What whoever runs ResuMate can see of it: structured logs and Prometheus metrics."""
