#include "roformer/generate/search_request.h"

#include <algorithm>

#include "roformer/base/error.h"

namespace roformer::generate {
namespace {

using Ids = std::vector<std::int64_t>;

void require_in_vocabulary(const Ids& ids, std::int64_t vocab_size, std::size_t sentence,
                           const char* what) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    base::require(ids[i] >= 0 && ids[i] < vocab_size,
                  "[generate] sentence {}: expected ids of its {} in 0 .. {} (vocab_size) but got "
                  "{} at place {}",
                  sentence + 1, what, vocab_size - 1, ids[i], i);
  }
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
                "[generate] sentence {}: expected tokens but got none, not even the end token",
                sentence + 1);
  require_in_vocabulary(source, request.config().encoder.vocab_size, sentence, "source");
  for (const model::EncoderDecoder& model : request.models) {
    const model::EncoderConfig& config = model->config().encoder;
    if (!position::has_position_table(config.encoding.name)) continue;
    base::require(std::ssize(source) <= config.max_position_embeddings,
                  "[generate] sentence {}: expected at most {} tokens, the end token with them "
                  "(max_position_embeddings of the encoder), but got {}: split the sentence",
                  sentence + 1, config.max_position_embeddings, source.size());
  }
}

void require_prefix(const SearchRequest& request, std::size_t sentence) {
  const Ids prefix = request.prefix(sentence);
  const std::int64_t end = request.config().eos_token_id;
  require_in_vocabulary(prefix, request.config().encoder.vocab_size, sentence, "prefix");
  base::require(std::find(prefix.begin(), prefix.end(), end) == prefix.end(),
                "[generate] sentence {}: expected a prefix without the end token, {}, but got one "
                "that has it",
                sentence + 1, end);
  base::require(std::ssize(prefix) <= request.max_length(sentence),
                "[generate] sentence {}: expected a prefix of at most {} tokens, the most of a "
                "translation of it, but got {}: raise the maximum length",
                sentence + 1, request.max_length(sentence), prefix.size());
}

}  // namespace

std::int64_t SearchRequest::max_length(std::size_t sentence) const {
  std::int64_t length = max_length_of(options, std::ssize(sources[sentence]) - 1);
  for (const model::EncoderDecoder& model : models) {
    const model::EncoderConfig& side = model->config().decoder;
    // The start token has a position too; the end token is looked at by none.
    if (position::has_position_table(side.encoding.name))
      length = std::min(length, side.max_position_embeddings - 1);
  }
  return length;
}

Ids SearchRequest::prefix(std::size_t sentence) const {
  return prefixes.empty() ? Ids() : prefixes[sentence];
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
