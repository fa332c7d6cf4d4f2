#include "roformer/pipeline/text_pieces.h"

#include <utility>

#include "roformer/base/error.h"

namespace roformer::pipeline {
namespace {

// Tokens that stand around every sequence: [CLS] and [SEP], or what the tokenizer says.
std::int64_t tokens_around(const text::Tokenizer& tokenizer) {
  return tokenizer.special_tokens_before() + tokenizer.special_tokens_after();
}

std::int64_t limit_of(const model::EncoderConfig& config, const LengthOptions& options,
                      std::int64_t around) {
  const std::int64_t positions = config.longest_sequence().value_or(0);
  if (options.max_length == 0) return positions;
  base::require(options.max_length > around,
                "[pipeline] expected a maximum length above {} but got {}", around,
                options.max_length);
  base::require(
      positions == 0 || options.max_length <= positions,
      "[pipeline] expected a maximum length of at most {} (max_position_embeddings) but got {}",
      positions, options.max_length);
  return options.max_length;
}

void require_stride(std::int64_t stride, std::int64_t limit, std::int64_t around) {
  base::require(limit > 0, "[pipeline] expected a maximum length beside the stride {} but got none",
                stride);
  base::require(stride >= 0 && stride < limit - around,
                "[pipeline] expected a stride from 0 to {} for a maximum length of {} but got {}",
                limit - around - 1, limit, stride);
}

TextRow row_of_line(std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return {line};
  return {line.substr(0, tab), line.substr(tab + 1)};
}

}  // namespace

void require_fit(std::int64_t vocabulary_size, std::int64_t vocab_size, const std::string& model) {
  base::require(vocabulary_size <= vocab_size,
                "[pipeline] {}: expected a vocabulary of at most vocab_size = {} tokens "
                "(config.json) but the tokenizer has {}",
                model, vocab_size, vocabulary_size);
}

TextEncoder::TextEncoder(text::Tokenizer tokenizer, const model::EncoderConfig& config,
                         const LengthOptions& options, const std::string& model)
    : tokenizer_(std::move(tokenizer)),
      max_length_(limit_of(config, options, tokens_around(tokenizer_))),
      stride_(options.stride),
      truncate_(options.truncate),
      keep_(options.keep) {
  require_fit(tokenizer_.vocabulary_size(), config.vocab_size, model);
  base::require(!stride_ || !truncate_, "[pipeline] expected a stride or truncation but got both");
  if (stride_) require_stride(*stride_, max_length_, tokens_around(tokenizer_));
}

void TextEncoder::encode_line(const Lines& lines, std::size_t line,
                              std::vector<Piece>& pieces) const {
  const std::string& text = lines.texts[line];
  const auto add = [&](text::Encoding encoding, std::int64_t begin) {
    pieces.push_back(
        {line, std::move(encoding.ids), std::move(encoding.type_ids), false, begin, {}});
  };
  text::Encoding encoding = tokenizer_.encode(text);
  const std::int64_t length = std::ssize(encoding.ids);
  if (max_length_ == 0 || length <= max_length_) return add(std::move(encoding), 0);
  text::EncodeOptions limited;
  limited.max_length = max_length_;
  limited.keep = keep_;
  if (truncate_) {
    add(tokenizer_.encode(text, limited), 0);
    pieces.back().is_cut = true;
    return;
  }
  require_of_line(
      stride_.has_value(),
      "[pipeline] line {}: expected at most {} tokens but got {}; --stride reads longer "
      "lines in windows, --truncate cuts them",
      lines.number(line), max_length_, length);
  const std::int64_t around = tokens_around(tokenizer_);
  const auto ranges = text::window_ranges(
      static_cast<std::size_t>(length - around), static_cast<std::size_t>(max_length_ - around),
      static_cast<std::size_t>(*stride_), tokenizer_.facts().row.cut_at_begin);
  std::size_t next = 0;
  for (text::Encoding& window : tokenizer_.windows(text, limited, *stride_))
    add(std::move(window), static_cast<std::int64_t>(ranges[next++].begin));
}

std::vector<Piece> TextEncoder::encode(const Lines& lines) const {
  std::vector<Piece> pieces;
  pieces.reserve(lines.texts.size());
  for (std::size_t line = 0; line < lines.texts.size(); ++line) encode_line(lines, line, pieces);
  return pieces;
}

void TextEncoder::require_room_for_two() const {
  const auto around = static_cast<std::int64_t>(tokenizer_.facts().pair.size());
  base::require(max_length_ >= around + 2,
                "[pipeline] expected a maximum length of at least {} for two texts, {} special "
                "tokens and one of each, but got {}",
                around + 2, around, max_length_);
}

text::Encoding TextEncoder::encode_row(const TextRow& row, std::int64_t most) const {
  text::EncodeOptions options;
  options.max_length = most;
  options.keep = keep_;
  return row.second ? tokenizer_.encode_pair(row.first, *row.second, options)
                    : tokenizer_.encode(row.first, options);
}

std::vector<Piece> TextEncoder::encode_rows(const Lines& lines) const {
  std::vector<TextRow> rows;
  for (const std::string& line : lines.texts) rows.push_back(row_of_line(line));
  return encode_rows({rows, lines.first});
}

std::vector<Piece> TextEncoder::encode_texts(const Lines& lines) const {
  std::vector<TextRow> rows;
  for (const std::string& line : lines.texts) rows.push_back({line, std::nullopt});
  return encode_rows({rows, lines.first});
}

std::vector<Piece> TextEncoder::encode_rows(const TextRows& rows) const {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    text::Encoding row = encode_row(rows.rows[i], 0);
    const std::int64_t length = std::ssize(row.ids);
    const bool is_long = max_length_ > 0 && length > max_length_;
    require_of_line(!is_long || truncate_,
                    "[pipeline] line {}: expected at most {} tokens but got {}; --truncate cuts it",
                    rows.number(i), max_length_, length);
    if (is_long && rows.rows[i].second) require_room_for_two();
    if (is_long) row = encode_row(rows.rows[i], max_length_);
    pieces.push_back(
        {i, std::move(row.ids), std::move(row.type_ids), is_long, 0, std::move(row.offsets)});
  }
  return pieces;
}

}  // namespace roformer::pipeline
