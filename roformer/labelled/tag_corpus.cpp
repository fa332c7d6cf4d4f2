#include "roformer/labelled/tag_corpus.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

using data::Split;

// "; FILE:3 has it", of the first word with this tag.
std::string first_word_with(const std::string& tag, const TaggedText& text) {
  for (const TaggedSentence& sentence : text.sentences) {
    const auto found = std::find(sentence.tags.begin(), sentence.tags.end(), tag);
    if (found == sentence.tags.end()) continue;
    const auto word = static_cast<std::size_t>(found - sentence.tags.begin());
    return "; " + text.place(sentence, word) + " has it";
  }
  return {};
}

std::string held_out_place_of(const std::string& tag, const Parts<TaggedText>& parts) {
  const std::string place = first_word_with(tag, parts.of(Split::validation));
  return place.empty() ? first_word_with(tag, parts.of(Split::test)) : place;
}

std::vector<std::int64_t> tags_by_word(const TaggedText& text, const LabelSet& tags) {
  std::vector<std::int64_t> numbers;
  for (const auto& sentence : tag_numbers(text, tags))
    numbers.insert(numbers.end(), sentence.begin(), sentence.end());
  return numbers;
}

// Parts of one file share what was counted of it.
void warn_of_odd_prefixes(const Parts<TaggedText>& parts) {
  std::vector<std::string> seen;
  for (const Split split : all_parts) {
    const auto& [count, first] = parts.of(split).odd_prefixes;
    if (count == 0 || std::find(seen.begin(), seen.end(), first) != seen.end()) continue;
    seen.push_back(first);
    spdlog::warn(
        "{} tags I- or E- go on with nothing of their kind (the first: {}): entities begin there, "
        "as in IOB1; in IOB2 they are slips",
        base::format_count(count), first);
  }
}

std::vector<std::string> sentences_of(const TaggedText& text) {
  std::vector<std::string> sentences;
  for (const TaggedSentence& sentence : text.sentences)
    sentences.push_back(fmt::format("{}", fmt::join(sentence.words, " ")));
  return sentences;
}

}  // namespace

TagCorpus::TagCorpus(const LabelledOptions& options) : EncodedCorpus(options, "sentences") {
  base::require(options.use == LabelUse::tags,
                "[data] expected words with tags but got another use");
  const TagColumns columns{.word = options.word_column, .tag = options.tag_column};
  const auto parts =
      parts_of_files<TaggedText>(options, [&](const std::vector<std::filesystem::path>& files) {
        return read_tagged_words(files, columns);
      });
  set_origin(parts.origin);
  read_tags(parts);
  find_tokenizer([&] { return sentences_of(parts.of(Split::training)); });
  cut_into_rows(parts);
  warn_of_odd_prefixes(parts);
  warn_of_words();
}

void TagCorpus::read_tags(const Parts<TaggedText>& parts) {
  tag_set_ = choose_labels([&] { return find_tags(parts.of(Split::training)); });
  for (const Split split : all_parts)
    tags_[static_cast<std::size_t>(split)] = tags_by_word(parts.of(split), *tag_set_);
  if (!learns()) return;
  require_every_label(training_counts(), *tag_set_, "words of each tag",
                      [&](const std::string& tag) { return held_out_place_of(tag, parts); });
}

void TagCorpus::cut_into_rows(const Parts<TaggedText>& parts) {
  for (const Split split : all_parts) {
    WordRows rows(tokenizer(), options().max_length);
    for (const TaggedSentence& sentence : parts.of(split).sentences) rows.add(sentence.words);
    set_part(split, rows.take_part());
    rows_[static_cast<std::size_t>(split)] = std::move(rows);
  }
}

void TagCorpus::warn_of_words() const {
  std::int64_t unread = 0, cut = 0, sentences = 0;
  for (const Split split : all_parts) {
    unread += rows_of(split).words_without_piece();
    cut += rows_of(split).cut_words();
    sentences += rows_of(split).long_sentences();
  }
  const std::int64_t longest = options().max_length;
  if (sentences > 0)
    spdlog::warn(
        "{} sentences are longer than data.max_length, {} tokens, and read in several rows",
        base::format_count(sentences), longest);
  if (cut > 0)
    spdlog::warn("{} words are longer than a row of {} tokens and cut there",
                 base::format_count(cut), longest);
  if (unread > 0)
    spdlog::warn(
        "{} words have no token (control characters, say): nothing is learned of them, and they "
        "count as predicted {}",
        base::format_count(unread), label_names()[static_cast<std::size_t>(unread_tag())]);
}

std::int64_t TagCorpus::unread_tag() const {
  const auto& names = label_names();
  const auto outside = std::find(names.begin(), names.end(), "O");
  return outside == names.end() ? 0 : outside - names.begin();
}

std::string TagCorpus::describe_labels(Split split) const {
  return fmt::format(", tags of words {}",
                     describe_counts(count_labels(tags(split), *tag_set_), *tag_set_));
}

std::uint64_t TagCorpus::hash_labels(Split split, std::uint64_t hash) const {
  hash = base::hash_values(std::span<const std::int64_t>(tags(split)), hash);
  for (std::int64_t row = 0; row < part(split).num_rows(); ++row)
    hash = base::hash_values(first_pieces(split, row), hash);
  return hash;
}

}  // namespace roformer::labelled
