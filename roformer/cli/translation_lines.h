// The lines of `roformer translate`: what translations are to begin with, and how they are printed.
#pragma once
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "roformer/cli/input_lines.h"
#include "roformer/pipeline/translate.h"

namespace roformer::cli {

/// One text for all lines, or the lines of a file, one a line of the input.
class TranslationPrefixes {
 public:
  /// `path` of the file; empty: `text` is for all, which may be empty too. Throws Error where the
  /// file cannot be read.
  TranslationPrefixes(std::string text, std::string path);

  /// The beginnings for the next `count` lines, number `first_line` the first, or again for some of
  /// the last ones; none if no line has any. Throws Error where the file has fewer lines.
  std::vector<std::string> next(std::int64_t first_line, std::size_t count);

  /// Call behind the last line: warns of what was not UTF-8. Throws Error for a file of more lines.
  void finish();

 private:
  std::string text_, path_;
  InvalidLines invalid_;
  std::ifstream file_;
  std::vector<std::string> last_;  // what next() gave
  std::int64_t last_first_ = 1;
};

/// The answer to a line: text, translation, score, log_probability, tokens, source_tokens,
/// alignment, hypotheses, and the attention if it is wanted.
nlohmann::ordered_json translation_json(const std::string& text,
                                        const pipeline::Translation& answer, bool with_attention);

/// The best translation alone. Whatever tokens a vocabulary has, it is one line.
std::string best_line(const pipeline::Translation& answer);

/// The hypotheses, a line each: `number` of the input line, score and text, with tabs between.
/// Without the last line's end, as the others.
std::string ranked_lines(std::int64_t number, const pipeline::Translation& answer);

}  // namespace roformer::cli
