#include "roformer/pipeline/answer_questions.h"
#include "roformer/pipeline/settle.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/head/label_head.h"
#include "roformer/labelled/question_windows.h"
#include "roformer/pipeline/answer_span.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/text_batches.h"

namespace roformer::pipeline {
namespace {

constexpr std::int64_t kWindow = 384, kSharedTokens = 128;  // transformers' run_qa.py

std::string_view context_of_line(const std::string& line) {
  return std::string_view(line).substr(line.find('\t') + 1);
}

// The most tokens of a window: TextEncoder refuses what does not fit the model.
std::int64_t window_length(const TextEncoder& encoder, const LengthOptions& options) {
  const std::int64_t most = encoder.max_length();
  if (options.max_length > 0) return most;
  return most > 0 ? std::min(most, kWindow) : kWindow;
}

std::vector<float> numbers_of_window(const torch::Tensor& logits) {  // (T, 2)
  const torch::Tensor numbers = logits.to(torch::kCPU, torch::kFloat).contiguous();
  const float* begin = numbers.const_data_ptr<float>();
  return {begin, begin + numbers.numel()};
}

}  // namespace

// Those of a line together.
struct AnswerQuestions::Windows {
  std::vector<Piece> pieces = {};
  std::vector<text::PairWindow> pairs = {};     // of each piece, but for its ids
  std::vector<std::vector<float>> logits = {};  // of each piece, (T, 2)
  std::vector<std::size_t> begins = {0};        // of each line, the first of its pieces; the end

  std::vector<AnswerWindow> of_line(std::size_t line) const {
    std::vector<AnswerWindow> windows;
    for (std::size_t piece = begins[line]; piece < begins[line + 1]; ++piece)
      windows.push_back({logits[piece], pairs[piece].second});
    return windows;
  }
};

AnswerQuestions::AnswerQuestions(std::shared_ptr<head::LabelHead> model, text::Tokenizer tokenizer,
                                 const QuestionOptions& options)
    : options_(options), model_(std::move(model)), tokenizer_(std::move(tokenizer)) {
  base::require(!options.length.truncate,
                "[pipeline] expected no truncation, since long texts are read in windows, but got "
                "it");
  base::require(options.max_answer_length > 0,
                "[pipeline] expected answers of at least one token but got {}",
                options.max_answer_length);
  LengthOptions length;
  length.max_length = options.length.max_length;
  max_length_ =
      window_length(TextEncoder(tokenizer_, model_->config(), length, options.name), length);
  stride_ = options.length.stride.value_or(std::min(kSharedTokens, max_length_ / 2));
  base::require(stride_ >= 0 && stride_ < max_length_,
                "[pipeline] expected windows of {} tokens to share from 0 to {} but got {}",
                max_length_, max_length_ - 1, stride_);
  settle(*model_, options);
}

void AnswerQuestions::encode_line(const std::string& line, std::int64_t number,
                                  Windows& windows) const {
  const std::size_t tab = line.find('\t');
  require_of_line(tab != line.npos,
                  "[pipeline] line {}: expected a question and a text that a tab separates but got "
                  "no tab",
                  number);
  const std::string_view question = std::string_view(line).substr(0, tab);
  for (text::PairWindow& window : labelled::question_windows(
           tokenizer_, question, context_of_line(line), max_length_, stride_)) {
    text::Encoding& tokens = window.encoding;
    windows.pieces.push_back(
        {windows.begins.size() - 1, std::move(tokens.ids), std::move(tokens.type_ids)});
    windows.pairs.push_back(std::move(window));
  }
  windows.begins.push_back(windows.pieces.size());
}

AnswerQuestions::Windows AnswerQuestions::encode(const Lines& lines) const {
  Windows windows;
  for (std::size_t line = 0; line < lines.texts.size(); ++line) {
    try {
      encode_line(lines.texts[line], lines.number(line), windows);
    } catch (const LineError&) {
      throw;
    } catch (const Error& error) {
      require_of_line(false, "[pipeline] line {}: {}", lines.number(line), error.what());
    }
  }
  return windows;
}

void AnswerQuestions::compute_logits(Windows& windows) const {
  windows.logits.resize(windows.pieces.size());
  compute_batches(windows.pieces, options_, [&](const TextBatch& batch) {
    const torch::Tensor logits = model_->logits(model_->encoder()->forward(batch.tokens), 0);
    for (std::size_t i = 0; i < batch.pieces.size(); ++i)
      windows.logits[batch.pieces[i]] =
          numbers_of_window(logits.slice(0, batch.begins[i], batch.begins[i + 1]));
  });
}

TextAnswer AnswerQuestions::answer_of(const Lines& lines, std::size_t line,
                                      const Windows& windows) const {
  const std::vector<AnswerWindow> of_line = windows.of_line(line);
  for (const AnswerWindow& window : of_line)
    require_finite(window.logits, "logits", lines.number(line), options_.name);
  const auto span = choose_span(of_line, options_.max_answer_length, options_.may_be_none);
  if (!span) return {.score = probability_of(null_span(of_line), of_line)};
  const auto& offsets = windows.pairs[windows.begins[line] + span->window].encoding.offsets;
  const text::Offset range{offsets[span->first].begin, offsets[span->last].end};
  return {labelled::text_between(context_of_line(lines.texts[line]), range), range.begin, range.end,
          probability_of(*span, of_line)};
}

std::vector<TextAnswer> AnswerQuestions::operator()(const Lines& lines) const {
  Windows windows = encode(lines);
  compute_logits(windows);
  std::vector<TextAnswer> answers;
  for (std::size_t line = 0; line < lines.texts.size(); ++line)
    answers.push_back(answer_of(lines, line, windows));
  return answers;
}

AnswerQuestions open_answer_questions(const LabelFolder& folder, QuestionOptions options) {
  options.name = folder.name();
  return {folder.model(head::question_answering()), folder.tokenizer(), options};
}

}  // namespace roformer::pipeline
