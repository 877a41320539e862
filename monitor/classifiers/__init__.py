"""Relevance to topics: definitions, seed passages, features, training, scoring, evaluation."""
