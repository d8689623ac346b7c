"""What `kubernetes:` needs besides its client: what is written there, what is read there, how a pod is asked."""
