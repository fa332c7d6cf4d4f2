// The tokenizers that BLEU is reported with. A score says nothing without the name of its tokenizer
// (Post 2018, "A Call for Clarity in Reporting BLEU Scores").
#pragma once
#include <string>
#include <string_view>

namespace roformer::metric {

/// How text is cut into the words whose n-grams count.
enum class ScoreTokenizer {
  mteval_13a,     // "13a": NIST's mteval-v13a.pl, what WMT reports; for Western languages
  international,  // "intl": mteval-v14.pl with --international-tokenization
  none,           // "none": words between white space, for text that is tokenized already
  characters,     // "char": every character
};

/// The name as a signature has it: 13a, intl, none or char.
const char* name_of(ScoreTokenizer tokenizer);
/// The tokenizer of that name. Throws Error that lists the names if there is none.
ScoreTokenizer find_score_tokenizer(std::string_view name);

/// The line with spaces between its tokens; split_words finds them.
std::string separate_tokens(ScoreTokenizer tokenizer, std::string_view line);

/// mteval-v13a.pl: undoes four entities of HTML, sets off ASCII punctuation, and keeps periods and
/// commas between digits.
std::string separate_13a(std::string_view line);
/// mteval-v14.pl, international: sets off symbols, and punctuation unless it is between numbers.
std::string separate_international(std::string_view line);
/// A space after each character.
std::string separate_characters(std::string_view line);

}  // namespace roformer::metric
