"""The standard environment: what a project asks for becomes a plan, and the plan a container or a file of another tool."""
