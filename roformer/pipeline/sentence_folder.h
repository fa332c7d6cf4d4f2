// What a folder of sentence-transformers says about turning hidden states into a vector:
// modules.json, 1_Pooling/config.json, sentence_bert_config.json.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace roformer::pipeline {

/// What of the hidden states becomes the vector.
enum class Pooling {
  cls,        // that of [CLS]
  mean,       // the mean over all tokens, [CLS] and [SEP] included
  max,        // the largest of each component over all tokens
  mean_sqrt,  // the sum over all tokens by the square root of their number
  pooler,     // BertModel's pooler on [CLS]: dense, then tanh (or what the configuration says)
};

/// "cls", "mean", "max", "mean_sqrt" or "pooler"; Error for another name.
Pooling pooling_of(const std::string& name);

struct SentenceSettings {
  Pooling pooling = Pooling::mean;
  bool normalize = false;       // to Euclidean length 1
  std::int64_t max_length = 0;  // tokens, [CLS] and [SEP] included; 0: not said
};

/// Reads the folder's own settings; none if it has no modules.json. Where `chosen` is given, the
/// folder's pooling is not read and modules behind it that we do not compute are left out. Throws
/// Error naming file and key for such modules otherwise (Dense, several poolings at once) and for
/// damaged files.
std::optional<SentenceSettings> read_sentence_folder(const std::filesystem::path& folder,
                                                     std::optional<Pooling> chosen = {});

}  // namespace roformer::pipeline
