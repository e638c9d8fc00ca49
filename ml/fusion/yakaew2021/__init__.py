"""The system of Yakaew et al. (2021), as its paper describes it."""
