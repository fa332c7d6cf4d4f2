#include "roformer/pipeline/choose.h"
#include "roformer/pipeline/settle.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/head/label_head.h"
#include "roformer/model/pooler.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/text_batches.h"

namespace roformer::pipeline {
namespace {

// What is gone on from, beside each of the choices.
std::vector<TextRow> rows_of_line(std::string_view line) {
  std::vector<TextRow> rows;
  std::size_t tab = line.find('\t');
  const std::string_view context = line.substr(0, tab);
  while (tab != line.npos) {
    const std::size_t begin = tab + 1;
    tab = line.find('\t', begin);
    rows.push_back({context, line.substr(begin, tab == line.npos ? tab : tab - begin)});
  }
  return rows;
}

ChoiceAnswer answer_of(const std::vector<double>& logits) {
  ChoiceAnswer answer;
  const auto best = std::max_element(logits.begin(), logits.end());
  answer.best = static_cast<std::size_t>(best - logits.begin());
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - *best);
  for (const double logit : logits) answer.probabilities.push_back(std::exp(logit - *best) / sum);
  return answer;
}

}  // namespace

Choose::Choose(std::shared_ptr<head::LabelHead> model, text::Tokenizer tokenizer,
               const TextOptions& options)
    : options_(options),
      model_(std::move(model)),
      encoder_(std::move(tokenizer), model_->config(), options.length, options.name) {
  base::require(head::chooses_by_first(model_->config().model_type, model_->head_config()),
                "[pipeline] {}: expected summary_type \"first\" but got \"{}\", which reads "
                "padding: `roformer run` computes it",
                options.name, model_->head_config().summary.type);
  base::require(!options.length.stride,
                "[pipeline] expected no stride for choices of whole lines but got one");
  settle(*model_, options);
}

std::vector<ChoiceAnswer> Choose::operator()(const Lines& lines) const {
  std::vector<Piece> pieces;
  for (std::size_t line = 0; line < lines.texts.size(); ++line) {
    const auto rows = rows_of_line(lines.texts[line]);
    require_of_line(rows.size() >= 2,
                    "[pipeline] line {}: expected a text and at least two choices that tabs "
                    "separate but got {} choices",
                    lines.number(line), rows.size());
    for (const TextRow& row : rows) {
      pieces.push_back(std::move(encoder_.encode_rows({{&row, 1}, lines.number(line)}).front()));
      pieces.back().line = line;
    }
  }
  std::vector<double> logits(pieces.size());
  compute_batches(pieces, options_, [&](const TextBatch& batch) {
    model::ForwardOptions forward;
    forward.rows = model::first_tokens(batch.tokens);
    const torch::Tensor hidden = model_->encoder()->forward(batch.tokens, forward);
    const torch::Tensor numbers =
        model_->logits(hidden, 0).flatten().to(torch::kCPU, torch::kFloat64).contiguous();
    for (std::size_t i = 0; i < batch.pieces.size(); ++i)
      logits[batch.pieces[i]] = numbers.const_data_ptr<double>()[i];
  });
  std::vector<std::vector<double>> of_line(lines.texts.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    require_finite(logits[i], "a logit", lines.number(pieces[i].line), options_.name);
    of_line[pieces[i].line].push_back(logits[i]);
  }
  std::vector<ChoiceAnswer> answers;
  for (const auto& numbers : of_line) answers.push_back(answer_of(numbers));
  for (const Piece& piece : pieces) answers[piece.line].is_cut |= piece.is_cut;
  return answers;
}

Choose open_choose(const LabelFolder& folder, TextOptions options) {
  options.name = folder.name();
  return {folder.model(head::multiple_choice()), folder.tokenizer(), options};
}

}  // namespace roformer::pipeline
