"""Improving a result by a language model's answer. Pure: text in, a question out; an answer in, a better result out."""
