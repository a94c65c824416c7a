"""What people arrange at their desk: saved views of the queues, and how close the rows stand."""
