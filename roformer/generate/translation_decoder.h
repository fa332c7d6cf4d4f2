// One encoder-decoder with sentences in flight: the sources are encoded once, the targets grow
// token by token. Each row is one target of a sentence; beams of a sentence look at the same
// encoder states, which are neither copied nor moved. Sentences come and go.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "roformer/attention/key_value_cache.h"
#include "roformer/generate/memory_places.h"
#include "roformer/model/encoder_decoder.h"

namespace roformer::generate {

/// Whether a step computes the new token alone, from what is kept of the others, or the whole
/// target again, which must give the same.
enum class Decoding { cached, anew };

/// Rows of targets that grow together, one token a step. A row belongs to a sentence for good, by the
/// number in which the sentence came, from 0.
class TranslationDecoder {
 public:
  /// Of a model in evaluation mode for these sources (ids with their end token, none of them
  /// empty): encodes them and has one row without tokens a sentence.
  TranslationDecoder(model::EncoderDecoder model,
                     const std::vector<std::vector<std::int64_t>>& sources,
                     torch::Device device = torch::kCPU, Decoding decoding = Decoding::cached);

  std::int64_t num_rows() const { return std::ssize(rows_); }

  /// One more token of each row; the first one is the model's start token. Logits (R, vocab_size)
  /// of the token after it, float32 on the CPU.
  torch::Tensor advance(const std::vector<std::int64_t>& tokens);

  /// From now on logits are those of these words alone, in this order (R, number of words).
  void set_words(const std::vector<std::int64_t>& words);

  /// Goes on with these rows only, in this order; one may be taken several times. A sentence
  /// without a row has left, and its place among the encoder's states is free.
  void select(const std::vector<std::int64_t>& rows);
  /// More sentences, as those of the constructor: one row without tokens each, behind the others.
  void add(const std::vector<std::vector<std::int64_t>>& sources);

 private:
  struct Row {
    std::int64_t sentence, length;
    std::vector<std::int64_t> tokens;  // where each step computes them anew
  };
  // Rows of the encoder's states.
  struct Place {
    std::int64_t first, length;
  };
  torch::Tensor logits_of(const torch::Tensor& hidden);
  void write_memory(std::size_t layer, const torch::Tensor& fresh, std::size_t first_sentence);
  packed::PackedBatch next_batch(const std::vector<std::int64_t>& tokens);
  std::vector<attention::Span> memory_spans(const packed::PackedBatch& batch) const;

  model::EncoderDecoder model_;
  torch::Device device_;
  Decoding decoding_;
  std::vector<Row> rows_;
  MemoryPlaces free_;
  std::vector<Place> places_;  // of each sentence
  // The states, or what each layer looks at of them; in the places.
  std::vector<torch::Tensor> states_;
  model::Memory memory_;
  model::Linear some_words_{nullptr};  // the output layer of set_words
  std::optional<attention::KeyValueCache> cache_;
  std::unique_ptr<model::FewTokens> few_;  // on the CPU
};

}  // namespace roformer::generate
