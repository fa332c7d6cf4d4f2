#include "roformer/study/held_out_sentences.h"

#include <algorithm>

#include "roformer/base/random.h"

namespace roformer::study {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_plain_word(const std::string& token) {
  return token.size() >= 3 && std::all_of(token.begin(), token.end(), is_letter);
}

bool continues_word(const std::string& token) {
  return token.starts_with("##");
}

// The ids up to the first full stop, it included; empty if there is none within 28 tokens.
std::vector<std::int32_t> first_sentence(const std::vector<std::int32_t>& document,
                                         const text::Tokenizer& tokenizer) {
  constexpr std::size_t longest = 28, shortest = 9;
  for (std::size_t i = 0; i < std::min(longest, document.size()); ++i) {
    if (tokenizer.id_to_token(document[i]) != ".") continue;
    if (i + 1 < shortest) return {};
    return {document.begin(), document.begin() + static_cast<std::ptrdiff_t>(i) + 1};
  }
  return {};
}

// Places of whole words that may be masked.
std::vector<std::size_t> maskable(const std::vector<std::int32_t>& sentence,
                                  const text::Tokenizer& tokenizer) {
  std::vector<std::size_t> places;
  for (std::size_t i = 1; i + 1 < sentence.size(); ++i) {
    const bool whole = is_plain_word(tokenizer.id_to_token(sentence[i])) &&
                       !continues_word(tokenizer.id_to_token(sentence[i + 1]));
    if (whole) places.push_back(i);
  }
  return places;
}

}  // namespace

std::vector<MaskedSentence> held_out_sentences(const data::Corpus& corpus, std::int64_t count) {
  const text::Tokenizer& tokenizer = corpus.tokenizer();
  const auto& documents = corpus.documents(data::Split::validation);
  std::vector<MaskedSentence> sentences;
  const std::size_t stride =
      std::max<std::size_t>(1, documents.size() / static_cast<std::size_t>(4 * count + 1));
  for (std::size_t i = stride / 2;
       i < documents.size() && static_cast<std::int64_t>(sentences.size()) < count; i += stride) {
    auto sentence =
        first_sentence(corpus.tokens(data::Split::validation).document(documents[i]), tokenizer);
    const auto places = maskable(sentence, tokenizer);
    if (places.size() < 4) continue;
    const std::size_t place = places[base::uniform_below(17, i, places.size())];
    const std::string& answer = tokenizer.id_to_token(sentence[place]);
    sentence[place] = tokenizer.mask_id();
    sentences.push_back({tokenizer.decode(sentence), answer});
  }
  return sentences;
}

}  // namespace roformer::study
