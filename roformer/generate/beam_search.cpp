#include "roformer/generate/beam_search.h"

#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/data/batch_budget.h"
#include "roformer/generate/continuations.h"
#include "roformer/generate/search_words.h"

namespace roformer::generate {
namespace {

using torch::Tensor;
using Ids = std::vector<std::int64_t>;

void require_in_vocabulary(const Ids& ids, const SearchRequest& request, std::size_t sentence,
                           const char* what) {
  const std::int64_t vocab_size = request.config().encoder.vocab_size;
  const auto bad = std::find_if(ids.begin(), ids.end(),
                                [&](std::int64_t id) { return id < 0 || id >= vocab_size; });
  if (bad == ids.end()) return;
  base::fail("[generate] {}: expected ids of its {} in 0 .. {} (vocab_size) but got {} at place {}",
             request.name(sentence), what, vocab_size - 1, *bad, bad - ids.begin());
}

void require_agreement(std::span<const model::EncoderDecoder> models) {
  base::require(!models.empty(), "[generate] expected a model to translate with but got none");
  const model::EncoderDecoderConfig& first = models.front()->config();
  for (std::size_t m = 1; m < models.size(); ++m) {
    const model::EncoderDecoderConfig& other = models[m]->config();
    base::require(
        first.encoder.vocab_size == other.encoder.vocab_size &&
            first.eos_token_id == other.eos_token_id &&
            first.decoder_start_token_id == other.decoder_start_token_id &&
            first.decoder.pad_token_id == other.decoder.pad_token_id,
        "[generate] expected the models of an ensemble to share vocab_size, eos_token_id, "
        "decoder_start_token_id and pad_token_id but model {} differs from the first "
        "(vocab_size {} and {}): give models of one vocabulary",
        m + 1, other.encoder.vocab_size, first.encoder.vocab_size);
  }
}

void require_source(const SearchRequest& request, std::size_t sentence) {
  const Ids& source = request.sources[sentence];
  base::require(!source.empty(),
                "[generate] {}: expected tokens but got none, not even the end token",
                request.name(sentence));
  require_in_vocabulary(source, request, sentence, "source");
  for (const model::EncoderDecoder& model : request.models) {
    const auto limit = model->config().encoder.longest_sequence();
    if (!limit) continue;
    base::require(std::ssize(source) <= *limit,
                  "[generate] {}: expected at most {} tokens, the end token with them "
                  "(max_position_embeddings of the encoder), but got {}: split the sentence",
                  request.name(sentence), *limit, source.size());
  }
}

// What of the limits keeps a translation from being so long.
std::string remedy_for_prefix(const SearchRequest& request, std::size_t sentence,
                              std::int64_t length) {
  BeamOptions relative = request.options;
  relative.max_length = std::numeric_limits<std::int64_t>::max();
  const std::int64_t source_tokens = std::ssize(request.sources[sentence]) - 1;
  std::vector<std::string> limits;
  if (length > request.options.max_length) limits.emplace_back("max_length");
  if (length > max_length_of(relative, source_tokens)) limits.emplace_back("max_length_extra");
  return limits.empty() ? "shorten it: the decoder has no more positions (max_position_embeddings)"
                        : fmt::format("shorten it or raise {}", fmt::join(limits, " and "));
}

void require_prefix(const SearchRequest& request, std::size_t sentence) {
  const Ids prefix = request.prefix(sentence);
  const std::int64_t end = request.config().eos_token_id;
  require_in_vocabulary(prefix, request, sentence, "prefix");
  base::require(std::find(prefix.begin(), prefix.end(), end) == prefix.end(),
                "[generate] {}: expected a prefix without the end token, {}, but got one that has "
                "it",
                request.name(sentence), end);
  const std::int64_t length = std::ssize(prefix), most = request.max_length(sentence);
  if (length <= most) return;
  base::fail(
      "[generate] {}: expected a prefix of at most {} tokens, the most of its translation, but got "
      "{}: {}",
      request.name(sentence), most, length, remedy_for_prefix(request, sentence, length));
}

// A share of the room that may be left empty: sentences are encoded faster together.
constexpr std::int64_t kShareLeft = 4;

// All sentences, as many at once as there is room for: one that is done gives its place to the next
// ones that wait.
class Search {
 public:
  Search(const SearchRequest& request, const SearchSetting& setting)
      : request_(request),
        continuations_(request.continuations()),
        words_(setting.shortlist, request.config().encoder.vocab_size) {
    for (const auto& batch : search_batches(request.sources, request.options))
      order_.insert(order_.end(), batch.begin(), batch.end());
    for (const model::EncoderDecoder& model : request.models)
      decoders_.emplace_back(model, std::vector<Ids>(), setting.device, setting.decoding);
  }

  std::vector<Translations> run() {
    std::vector<Translations> results(request_.sources.size());
    for (take_in_waiting(); !active_.empty(); take_in_waiting()) step(results);
    return results;
  }

 private:
  struct Active {
    std::size_t sentence;
    SentenceBeams beams;
    Ids own_words = {};  // of a shortlist
    Ids hidden = {};     // columns of the others
  };

  std::int64_t source_tokens(std::size_t sentence) const {
    return std::ssize(request_.sources[sentence]);
  }

  // Sentences that wait and have room, if there is enough of it.
  std::size_t count_to_take_in() const {
    const BeamOptions& options = request_.options;
    std::int64_t tokens = 0, sentences = std::ssize(active_);
    for (const Active& active : active_) tokens += source_tokens(active.sentence);
    const std::int64_t tokens_left = options.batch_tokens - tokens,
                       sentences_left = options.max_sentences - sentences;
    std::size_t end = waiting_;
    for (; end < order_.size(); ++end, ++sentences) {
      tokens += source_tokens(order_[end]);
      const bool fits = tokens <= options.batch_tokens && sentences < options.max_sentences;
      if (sentences > 0 && !fits) break;
    }
    const bool enough = active_.empty() || end == order_.size() ||
                        tokens_left * kShareLeft >= options.batch_tokens ||
                        sentences_left * kShareLeft >= options.max_sentences;
    return enough ? end - waiting_ : 0;
  }

  void take_in_waiting() {
    std::vector<Ids> sources;
    for (std::size_t left = count_to_take_in(); left > 0; --left, ++waiting_) {
      const std::size_t sentence = order_[waiting_];
      sources.push_back(request_.sources[sentence]);
      active_.push_back(
          {sentence, SentenceBeams(request_.options, request_.config().eos_token_id,
                                   request_.max_length(sentence), request_.prefix(sentence))});
    }
    if (sources.empty()) return;
    for (TranslationDecoder& decoder : decoders_) decoder.add(sources);
    choose_words();
  }

  // The words of all sentences that are there are computed for all; each takes its own alone, so
  // that its answer does not hang on the others.
  void choose_words() {
    if (!words_.are_chosen()) return;
    std::vector<const Ids*> lists;
    for (Active& active : active_) {
      if (active.own_words.empty())
        active.own_words =
            words_.of_sentence(request_.sources[active.sentence], request_.prefix(active.sentence));
      lists.push_back(&active.own_words);
    }
    words_.choose(lists);
    for (Active& active : active_) active.hidden = words_.columns_without(active.own_words);
    continuations_ = words_.in_columns(request_.continuations());
    for (TranslationDecoder& decoder : decoders_) decoder.set_words(words_.ids());
  }

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
        choices.push_back(words_.in_columns(active.beams.choice(beam)));
        // Means of probabilities have no −∞.
        Ids& excluded = choices.back().excluded;
        excluded.insert(excluded.end(), active.hidden.begin(), active.hidden.end());
      }
    }
    std::vector<Tensor> logits;
    for (TranslationDecoder& decoder : decoders_) logits.push_back(decoder.advance(tokens));
    hide_words(logits);
    auto found = best_continuations(logits, choices, continuations_);
    words_.to_ids(found);
    return found;
  }

  void hide_words(const std::vector<Tensor>& logits) const {
    if (!words_.are_chosen()) return;
    for (const Tensor& of_model : logits) {
      auto* row = of_model.data_ptr<float>();
      for (const Active& active : active_) {
        for (std::size_t beam = 0; beam < active.beams.running().size(); ++beam) {
          for (const std::int64_t column : active.hidden)
            row[column] = -std::numeric_limits<float>::infinity();
          row += of_model.size(1);
        }
      }
    }
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
  ContinuationOptions continuations_;  // in columns of the logits
  SearchWords words_;
  std::vector<std::size_t> order_;  // of the sentences, those of like length together
  std::size_t waiting_ = 0;         // those before have been taken in
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
  return Search(request, setting).run();
}

std::int64_t SearchRequest::max_length(std::size_t sentence) const {
  std::int64_t length = max_length_of(options, std::ssize(sources[sentence]) - 1);
  for (const model::EncoderDecoder& model : models) {
    // The start token has a position too; the end token is looked at by none.
    const auto limit = model->config().decoder.longest_sequence();
    if (limit) length = std::min(length, *limit - 1);
  }
  return length;
}

Ids SearchRequest::prefix(std::size_t sentence) const {
  return prefixes.empty() ? Ids() : prefixes[sentence];
}

std::string SearchRequest::name(std::size_t sentence) const {
  return lines.empty() ? fmt::format("sentence {}", sentence + 1)
                       : fmt::format("line {}", lines[sentence]);
}

ContinuationOptions SearchRequest::continuations() const {
  ContinuationOptions result;
  result.per_row = std::min(2 * options.beam_size, config().encoder.vocab_size);
  result.end_token = config().eos_token_id;
  result.suppressed = options.suppressed;
  for (const std::int64_t id : {config().decoder.pad_token_id, config().decoder_start_token_id}) {
    if (id != result.end_token) result.suppressed.push_back(id);
  }
  return result;
}

void validate(const SearchRequest& request) {
  validate(request.options);
  require_agreement(request.models);
  base::require(request.prefixes.empty() || request.prefixes.size() == request.sources.size(),
                "[generate] expected one prefix for each of {} sentences but got {}",
                request.sources.size(), request.prefixes.size());
  base::require(request.lines.empty() || request.lines.size() == request.sources.size(),
                "[generate] expected the line of each of {} sentences but got {}",
                request.sources.size(), request.lines.size());
  const std::int64_t vocab_size = request.config().encoder.vocab_size;
  for (const std::int64_t id : request.options.suppressed) {
    base::require(id >= 0 && id < vocab_size,
                  "[generate] expected suppressed tokens in 0 .. {} but got {}", vocab_size - 1,
                  id);
  }
  for (std::size_t sentence = 0; sentence < request.sources.size(); ++sentence) {
    require_source(request, sentence);
    require_prefix(request, sentence);
  }
}

}  // namespace roformer::generate
