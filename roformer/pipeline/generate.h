// Text that continues lines of text. The header is light: no tensors in it.
#pragma once
#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/generate/sampling.h"
#include "roformer/pipeline/text_pieces.h"

namespace roformer::pipeline {

struct GenerateOptions {
  generate::SamplingOptions sampling;
  std::int64_t max_new_tokens = 200;
  std::vector<std::string> stops;  // a line's text ends before the first of them
  std::string first_token;         // stands before every prompt, as [CLS] of RoFormer-Sim; or empty
  std::uint64_t seed = 0;  // the text of line i hangs on it and on i, not on the other lines
  std::int64_t lines_at_once = 16;
  c10::Device device = c10::kCPU;
};

/// What was written behind a line.
struct Continuation {
  std::string text;                 // without the stop text
  std::vector<std::int64_t> ids;    // of all new tokens
  std::vector<std::string> tokens;  // the same
  std::string finish;               // length, end (the model's end token) or stop (a stop text)
};

/// Hears of each piece of text as soon as it is certain: whole characters, never a stop text. The
/// pieces of a line joined are its text, the `last` one may be empty. `line` is an index into
/// Lines::texts.
using OnText = std::function<void(std::size_t line, std::string_view piece, bool last)>;

/// A causal language model and its tokenizer.
///
/// A prompt is the line's own tokens. An empty line begins at the start of a text: with bytes behind
/// a newline, else behind the separating token ([SEP]), which stands between documents in training.
/// The separating token ends a text.
class Generate {
 public:
  /// Throws Error if the folder has no causal language model or no tokenizer.
  explicit Generate(const std::filesystem::path& folder, const GenerateOptions& options = {});
  Generate(Generate&&) noexcept;
  Generate& operator=(Generate&&) noexcept;
  ~Generate();

  /// One answer a line. Throws Error naming the line that leaves no room for max_new_tokens in the
  /// model's table of positions.
  std::vector<Continuation> operator()(const Lines& lines, const OnText& on_text = {});

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace roformer::pipeline
