"""What networks take, what makes a post better, what a team has agreed on: pure functions of what is declared."""
