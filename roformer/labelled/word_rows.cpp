#include "roformer/labelled/word_rows.h"

#include "roformer/base/error.h"

namespace roformer::labelled {
namespace {

void append_around(const text::SpecialRun& run, text::Encoding& row) {
  row.ids.insert(row.ids.end(), run.ids.begin(), run.ids.end());
  row.type_ids.insert(row.type_ids.end(), run.type_ids.begin(), run.type_ids.end());
}

}  // namespace

WordRows::WordRows(text::Tokenizer tokenizer, std::int64_t max_length)
    : tokenizer_(std::move(tokenizer)) {
  const std::int64_t around = std::ssize(tokenizer_.encode("").ids);
  room_ = max_length - around;
  base::require(room_ > 0,
                "[labelled] expected data.max_length above {}, the tokens around a sentence, but "
                "got {}",
                around, max_length);
}

void WordRows::begin_row() {
  row_.clear();
  append_around(tokenizer_.facts().single.before, row_);
}

void WordRows::end_row() {
  append_around(tokenizer_.facts().single.after, row_);
  part_.add_row(row_);
  row_begins_.push_back(first_pieces_.size());
}

void WordRows::add_word(const std::string& word) {
  pieces_.clear();
  tokenizer_.encode_words(word, pieces_);
  if (pieces_.empty()) {
    ++words_without_piece_;
    return;
  }
  if (std::ssize(pieces_) > room_) {
    ++cut_words_;
    pieces_.resize(static_cast<std::size_t>(room_));
  }
  const text::SpecialRuns& around = tokenizer_.facts().single;
  const std::int64_t full = std::ssize(around.before.ids) + room_;
  if (std::ssize(row_.ids) + std::ssize(pieces_) > full) {
    end_row();
    begin_row();
  }
  first_pieces_.push_back({std::ssize(row_.ids), word_});
  row_.ids.insert(row_.ids.end(), pieces_.begin(), pieces_.end());
  row_.type_ids.resize(row_.ids.size(), around.first_type);
}

void WordRows::add(const std::vector<std::string>& words) {
  const std::int64_t before = part_.num_rows();
  begin_row();
  for (const std::string& word : words) {
    add_word(word);
    ++word_;
  }
  end_row();
  part_.end_example();
  word_begins_.push_back(word_);
  long_sentences_ += part_.num_rows() > before + 1;
}

std::span<const FirstPiece> WordRows::first_pieces(std::int64_t row) const {
  const auto at = static_cast<std::size_t>(row);
  return std::span(first_pieces_).subspan(row_begins_[at], row_begins_[at + 1] - row_begins_[at]);
}

WordRange WordRows::words_of(std::int64_t sentence) const {
  const auto at = static_cast<std::size_t>(sentence);
  return {word_begins_[at], word_begins_[at + 1]};
}

}  // namespace roformer::labelled
