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
  compounds,      // "compounds": the same with hyphenated words split: split_compounds
  characters,     // "char": every character
};

/// The name as a signature has it: 13a, intl, none, compounds or char.
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
/// Hyphenated words of tokenized text in three, "rich-text" as "rich ##AT##-##AT## text": the form
/// in which BLEU of WMT's English to German is reported since Google's systems, such as the 27.3 of
/// Vaswani et al. 2017; scores are higher than of words left whole. As compound_split_bleu.sh of
/// fairseq and get_ende_bleu.sh of tensor2tensor do it, byte for byte:
/// s{(\S)-(\S)}{$1 ##AT##-##AT## $2}g, which splits "a-b-c" once.
std::string split_compounds(std::string_view line);

}  // namespace roformer::metric
