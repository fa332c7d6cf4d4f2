#include "roformer/metric/score_tokenizer.h"

#include "roformer/base/error.h"
#include "roformer/unicode/utf8.h"

namespace roformer::metric {
namespace {

struct NamedTokenizer {
  ScoreTokenizer tokenizer;
  const char* name;
};

constexpr NamedTokenizer kScoreTokenizers[] = {{ScoreTokenizer::mteval_13a, "13a"},
                                               {ScoreTokenizer::international, "intl"},
                                               {ScoreTokenizer::none, "none"},
                                               {ScoreTokenizer::characters, "char"}};

}  // namespace

const char* name_of(ScoreTokenizer tokenizer) {
  for (const NamedTokenizer& named : kScoreTokenizers) {
    if (named.tokenizer == tokenizer) return named.name;
  }
  base::fail("[metric] expected a tokenizer of BLEU but got number {}",
             static_cast<int>(tokenizer));
}

ScoreTokenizer find_score_tokenizer(std::string_view name) {
  for (const NamedTokenizer& named : kScoreTokenizers) {
    if (named.name == name) return named.tokenizer;
  }
  base::fail("[metric] expected 13a, intl, none or char as the tokenizer of BLEU but got '{}'",
             name);
}

std::string separate_tokens(ScoreTokenizer tokenizer, std::string_view line) {
  switch (tokenizer) {
    case ScoreTokenizer::mteval_13a:
      return separate_13a(line);
    case ScoreTokenizer::international:
      return separate_international(line);
    case ScoreTokenizer::characters:
      return separate_characters(line);
    case ScoreTokenizer::none:
      break;
  }
  return std::string(line);
}

std::string separate_characters(std::string_view line) {
  std::string separated;
  separated.reserve(2 * line.size());
  for (const char32_t code : unicode::to_code_points(line)) {
    unicode::append_utf8(code, separated);
    separated += ' ';
  }
  return separated;
}

}  // namespace roformer::metric
