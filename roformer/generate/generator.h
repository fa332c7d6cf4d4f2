// Continues several prompts at once, token by token, each until its own end.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "roformer/generate/decoder.h"
#include "roformer/generate/sampling.h"

namespace roformer::generate {

/// Why a sequence ended: it has its length, an end token came, or the caller said so.
enum class Finish { length, end_token, caller };

struct GenerationOptions {
  SamplingOptions sampling;
  std::int64_t max_new_tokens = 200;
  std::vector<std::int64_t> end_tokens;  // end their sequence, and are part of it
  std::int64_t num_words = 0;            // ids from here on are never drawn; 0: all may be
  std::int64_t first_word = 0;           // ids below are never drawn
  PromptView view = PromptView::causal;
  // Sequences that are written together; where some have ended, the next prompts take their places.
  // 0: all are.
  std::int64_t at_once = 0;
};

struct Prompt {
  std::vector<std::int64_t> ids;  // at least one
  std::uint64_t seed = 0;         // a prompt's text hangs on it, not on the prompts beside it
  std::int64_t line = 0;          // of the input, for messages; 0: none
};

struct Generated {
  std::vector<std::int64_t> ids;  // the new ones
  Finish finish = Finish::length;
};

/// Who wants to hear while it is written.
struct Listener {
  /// Hears of each new token; false ends the sequence with it.
  std::function<bool(std::size_t prompt, std::int64_t id)> on_token;
  /// Hears of each sequence that has ended.
  std::function<void(std::size_t prompt)> on_finish;
};

/// One answer a prompt; of prompts alike that begin together and follow each other one is read. A
/// sequence that has ended leaves the batch, so that another prompt has its place. What a prompt gives
/// does not depend on the prompts beside it. Throws Error naming the prompt
/// where the model's table of positions is too short for prompt and new tokens, before any
/// computation.
std::vector<Generated> generate(head::LanguageModelImpl& model, const std::vector<Prompt>& prompts,
                                const GenerationOptions& options, const Listener& listener = {},
                                torch::Device device = torch::kCPU);

}  // namespace roformer::generate
