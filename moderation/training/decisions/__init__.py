"""Learn new decisions on top of a model, and measure what they bought."""
