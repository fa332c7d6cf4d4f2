#include "roformer/pipeline/tag_words.h"
#include "roformer/pipeline/settle.h"

#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/head/label_head.h"
#include "roformer/metric/entity_score.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/text_batches.h"
#include "roformer/unicode/utf8.h"

namespace roformer::pipeline {

struct TagWords::Word {
  std::int64_t token;   // its first piece's place in the line's row
  text::Offset offset;  // of all its pieces
  std::size_t label = 0;
  double probability = 0;
};

namespace {

// The byte where each code point of a line begins, and the line's end.
std::vector<std::size_t> code_point_begins(std::string_view line) {
  std::vector<std::size_t> begins;
  const char* end = line.data() + line.size();
  for (const char* p = line.data(); p < end; p += unicode::decode_utf8(p, end).size)
    begins.push_back(static_cast<std::size_t>(p - line.data()));
  begins.push_back(line.size());
  return begins;
}

// Whether a token goes on with the word that ends at `end`.
bool goes_on(const text::Tokenizer& tokenizer, std::int32_t id, text::Offset offset,
             std::int32_t end) {
  return offset.begin == end &&
         tokenizer.id_to_token(id).starts_with(tokenizer.facts().continuing_prefix);
}

}  // namespace

bool tells_words(const text::Tokenizer& tokenizer) {
  return tokenizer.facts().has_offsets && !tokenizer.facts().continuing_prefix.empty();
}

TagWords::TagWords(std::shared_ptr<head::LabelHead> model, text::Tokenizer tokenizer,
                   const ClassifyOptions& options)
    : options_(options),
      model_(std::move(model)),
      encoder_(std::move(tokenizer), model_->config(), options.length, options.name),
      label_names_(label_names_of(model_->head_config(), options.label_names)),
      has_entities_(std::all_of(label_names_.begin(), label_names_.end(), metric::is_entity_tag)) {
  base::require(!options.length.stride,
                "[pipeline] expected no stride for labels of words but got one");
  base::require(tells_words(encoder_.tokenizer()),
                "[pipeline] {}: expected a tokenizer that tells which pieces go on with a word "
                "(WordPiece) but got {}",
                options.name, encoder_.tokenizer().facts().kind);
  settle(*model_, options);
}

std::vector<std::vector<TagWords::Word>> TagWords::words_of(
    const std::vector<Piece>& pieces) const {
  const text::Tokenizer& tokenizer = encoder_.tokenizer();
  std::vector<std::vector<Word>> lines;
  for (const Piece& piece : pieces) {
    auto& words = lines.emplace_back();
    const std::int64_t end = std::ssize(piece.ids) - tokenizer.special_tokens_after();
    for (std::int64_t token = tokenizer.special_tokens_before(); token < end; ++token) {
      const auto at = static_cast<std::size_t>(token);
      const text::Offset offset = piece.offsets[at];
      if (!words.empty() && goes_on(tokenizer, piece.ids[at], offset, words.back().offset.end)) {
        words.back().offset.end = offset.end;
      } else {
        words.push_back({.token = token, .offset = offset});
      }
    }
  }
  return lines;
}

void TagWords::find_labels(const std::vector<Piece>& pieces,
                           std::vector<std::vector<Word>>& words) const {
  compute_batches(pieces, options_, [&](const TextBatch& batch) {
    std::vector<std::int64_t> rows;
    std::vector<Word*> of_rows;
    for (std::size_t i = 0; i < batch.pieces.size(); ++i) {
      for (Word& word : words[batch.pieces[i]]) {
        rows.push_back(batch.begins[i] + word.token);
        of_rows.push_back(&word);
      }
    }
    if (rows.empty()) return;
    model::ForwardOptions forward;
    forward.rows = torch::tensor(rows, torch::kInt64).to(options_.device);
    const torch::Tensor hidden = model_->encoder()->forward(batch.tokens, forward);
    const auto [probabilities, labels] =
        model_->logits(hidden, 0).to(torch::kFloat).softmax(-1).to(torch::kCPU).max(-1);
    for (std::size_t i = 0; i < of_rows.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      of_rows[i]->probability = probabilities.const_data_ptr<float>()[row];
      of_rows[i]->label = static_cast<std::size_t>(labels.const_data_ptr<std::int64_t>()[row]);
    }
  });
}

std::vector<LabelledSpan> TagWords::spans_of(const std::string& line,
                                             const std::vector<Word>& words) const {
  std::vector<metric::Entity> found;
  if (has_entities_) {
    metric::Tags tags;
    for (const Word& word : words) tags.push_back(label_names_[word.label]);
    found = metric::find_entities(tags);
  } else {
    for (const Word& word : words)
      found.push_back({std::ssize(found), std::ssize(found) + 1, label_names_[word.label]});
  }
  const std::vector<std::size_t> begins = code_point_begins(line);
  std::vector<LabelledSpan> spans;
  for (const metric::Entity& entity : found) {
    const auto first = static_cast<std::size_t>(entity.begin);
    const auto end = static_cast<std::size_t>(entity.end);
    const std::int32_t from = words[first].offset.begin, to = words[end - 1].offset.end;
    const std::size_t begin = begins.at(static_cast<std::size_t>(from));
    double sum = 0;
    for (std::size_t word = first; word < end; ++word) sum += words[word].probability;
    spans.push_back({.text = line.substr(begin, begins.at(static_cast<std::size_t>(to)) - begin),
                     .label = entity.type,
                     .begin = from,
                     .end = to,
                     .probability = sum / static_cast<double>(end - first)});
  }
  return spans;
}

std::vector<std::vector<LabelledSpan>> TagWords::operator()(const Lines& lines) const {
  const std::vector<Piece> pieces = encoder_.encode_texts(lines);
  std::vector<std::vector<Word>> words = words_of(pieces);
  find_labels(pieces, words);
  std::vector<std::vector<LabelledSpan>> answers;
  for (std::size_t line = 0; line < words.size(); ++line) {
    for (const Word& word : words[line])
      require_finite(word.probability, "labels", lines.number(line), options_.name);
    answers.push_back(spans_of(lines.texts[line], words[line]));
  }
  return answers;
}

TagWords open_tag_words(const LabelFolder& folder, ClassifyOptions options) {
  options.name = folder.name();
  return {folder.model(head::token_classifier()), folder.tokenizer(), options};
}

}  // namespace roformer::pipeline
