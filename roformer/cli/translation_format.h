// Translations as `roformer translate` prints them.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/pipeline/translate.h"

namespace roformer::cli {

/// The answer to a line: text, translation, score, log_probability, tokens, source_tokens, alignment,
/// hypotheses, and the attention if it is wanted.
nlohmann::ordered_json translation_json(const std::string& text,
                                        const pipeline::Translation& answer, bool with_attention);

/// The best translation alone. Whatever tokens a vocabulary has, it is one line.
std::string best_line(const pipeline::Translation& answer);

/// The hypotheses, a line each: `number` of the input line, score and text, with tabs between.
/// Without the last line's end, as the others.
std::string ranked_lines(std::int64_t number, const pipeline::Translation& answer);

}  // namespace roformer::cli
