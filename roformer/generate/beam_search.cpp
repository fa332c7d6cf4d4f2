#include "roformer/generate/beam_search.h"

#include <torch/types.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/data/batch_budget.h"
#include "roformer/generate/continuations.h"
#include "roformer/generate/search_request.h"

namespace roformer::generate {
namespace {

using torch::Tensor;
using Ids = std::vector<std::int64_t>;

// The sentences of one batch until the last is done.
class BatchSearch {
 public:
  BatchSearch(const SearchRequest& request, const std::vector<std::size_t>& chosen,
              const SearchSetting& setting)
      : request_(request), continuations_(request.continuations()) {
    std::vector<Ids> sources;
    for (const std::size_t sentence : chosen) {
      sources.push_back(request.sources[sentence]);
      active_.push_back(
          {sentence, SentenceBeams(request.options, continuations_.end_token,
                                   request.max_length(sentence), request.prefix(sentence))});
    }
    for (const model::EncoderDecoder& model : request.models)
      decoders_.emplace_back(model, sources, setting.device, setting.decoding);
  }

  void run(std::vector<Translations>& results) {
    while (!active_.empty()) step(results);
  }

 private:
  struct Active {
    std::size_t sentence;
    SentenceBeams beams;
  };

  void step(std::vector<Translations>& results) {
    const auto found = look_ahead();
    std::vector<Active> stay;
    Ids rows;
    std::size_t first = 0;  // row of the sentence's first beam
    for (Active& active : active_) {
      const std::size_t count = active.beams.running().size();
      const Ids parents = active.beams.advance(candidates(request_, active, found, first));
      for (const std::int64_t parent : parents)
        rows.push_back(static_cast<std::int64_t>(first) + parent);
      if (parents.empty()) {
        results[active.sentence] = active.beams.best();
      } else {
        stay.push_back(std::move(active));
      }
      first += count;
    }
    active_ = std::move(stay);
    if (active_.empty()) return;
    for (TranslationDecoder& decoder : decoders_) decoder.select(rows);
  }

  // The best continuations of all running beams, row by row.
  std::vector<std::vector<Continuation>> look_ahead() {
    Ids tokens;
    std::vector<Choice> choices;
    for (const Active& active : active_) {
      for (std::size_t beam = 0; beam < active.beams.running().size(); ++beam) {
        const Ids& ids = active.beams.running()[beam].ids;
        tokens.push_back(ids.empty() ? request_.config().decoder_start_token_id : ids.back());
        choices.push_back(active.beams.choice(beam));
      }
    }
    std::vector<Tensor> logits;
    for (TranslationDecoder& decoder : decoders_) logits.push_back(decoder.advance(tokens));
    return best_continuations(logits, choices, continuations_);
  }

  static std::vector<Candidate> candidates(const SearchRequest& request, const Active& active,
                                           const std::vector<std::vector<Continuation>>& found,
                                           std::size_t first) {
    std::vector<Candidate> result;
    const auto& running = active.beams.running();
    for (std::size_t beam = 0; beam < running.size(); ++beam) {
      if (found[first + beam].empty())
        base::fail(
            "[generate] {}: expected finite logits but the model gave others: its weights are "
            "damaged or too large",
            request.name(active.sentence));
      for (const Continuation& next : found[first + beam])
        result.push_back({static_cast<std::int64_t>(beam), next.token,
                          running[beam].log_probability + next.log_probability});
    }
    return result;
  }

  const SearchRequest& request_;
  ContinuationOptions continuations_;
  std::vector<Active> active_;
  std::vector<TranslationDecoder> decoders_;
};

}  // namespace

std::vector<std::vector<std::size_t>> search_batches(const std::vector<Ids>& sources,
                                                     const BeamOptions& options) {
  std::vector<std::int64_t> lengths;
  for (const Ids& source : sources) lengths.push_back(std::ssize(source));
  return data::batches_by_length(lengths, {options.batch_tokens, options.max_sentences},
                                 data::LengthOrder::longest_first);
}

std::vector<Translations> beam_search(std::span<const model::EncoderDecoder> models,
                                      const std::vector<Ids>& sources, const BeamOptions& options,
                                      const std::vector<Ids>& prefixes,
                                      const SearchSetting& setting) {
  const SearchRequest request{models, sources, prefixes, options, setting.lines};
  validate(request);
  std::vector<Translations> results(sources.size());
  for (const auto& batch : search_batches(sources, options))
    BatchSearch(request, batch, setting).run(results);
  return results;
}

}  // namespace roformer::generate
