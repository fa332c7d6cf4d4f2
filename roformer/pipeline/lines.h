// Lines of text as pipelines take them, and what their options have in common. No tensors here.
#pragma once
#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/product/compute_type.h"
#include "roformer/text/encoding.h"

namespace roformer::pipeline {

/// Lines of a larger input; `first` is the number of the first of them, for messages.
struct Lines {
  std::span<const std::string> texts;
  std::int64_t first = 1;
  std::span<const std::int64_t> numbers =
      {};  // of each, where these do not follow each other: of Embed
  /// Of line 0, 1, … of these, for messages.
  std::int64_t number(std::size_t line) const {
    return numbers.empty() ? first + static_cast<std::int64_t>(line) : numbers[line];
  }
};

/// A text, or two that a model reads as one sequence.
struct TextRow {
  std::string_view first;
  std::optional<std::string_view> second = {};
};

/// As Lines, of rows whose two texts are known apart: a tab in one of them is a character.
struct TextRows {
  std::span<const TextRow> rows;
  std::int64_t first = 1;
  std::int64_t number(std::size_t row) const { return first + static_cast<std::int64_t>(row); }
};

/// What is wrong with one line, which its message names: others can be answered without it.
class LineError : public Error {
 public:
  using Error::Error;
};

/// Throws LineError with the formatted message unless `condition` holds.
template <typename... Args>
void require_of_line(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) throw LineError(fmt::format(format, std::forward<Args>(args)...));
}

/// How long a sequence may be. A longer line is an Error that names it, unless it is to be read in
/// overlapping windows (`stride`) or cut (`truncate`).
struct LengthOptions {
  std::int64_t max_length =
      0;  // tokens, [CLS] and [SEP] included; 0: what the model's positions allow
  std::optional<std::int64_t> stride;       // tokens that a window shares with the one before it
  bool truncate = false;                    // what is too long is left out
  std::optional<text::KeptPart> keep = {};  // what stays then; not set: as the tokenizer says
};

/// What every pipeline is told.
struct PipelineOptions {
  std::string name = "the model";  // what messages call it; opened from a folder: the folder
  c10::Device device = c10::kCPU;
  /// Of products on the CPU; none: int8 of a model whose weights are, else float32.
  std::optional<product::ComputeType> compute_type = {};
};

/// What those are told that compute whole lines.
struct TextOptions : PipelineOptions {
  std::int64_t tokens_per_batch =
      4096;  // keeps the GEMMs busy; activations of a base model take some 100 MB
  LengthOptions length;
};

}  // namespace roformer::pipeline
