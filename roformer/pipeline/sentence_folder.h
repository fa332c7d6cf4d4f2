// What a folder of sentence-transformers says about turning text into a vector: modules.json,
// 1_Pooling, 2_Dense, …, sentence_bert_config.json and config_sentence_transformers.json. No
// tensors here.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace roformer::pipeline {

/// What of the hidden states becomes the vector, or a part of it.
enum class Pooling {
  cls,            // that of [CLS]
  mean,           // the mean over all tokens, [CLS] and [SEP] included
  max,            // the largest of each component over all tokens
  mean_sqrt,      // the sum over all tokens by the square root of their number
  weighted_mean,  // the mean over all tokens, the i-th (from 1) counted i times
  last,           // that of the last token
  pooler,         // BertModel's pooler on [CLS]: dense, then tanh (or what the configuration says)
};

/// The poolings' names on the command line, in their order.
const std::vector<std::string>& pooling_names();
/// The pooling of such a name; Error for another.
Pooling pooling_of(const std::string& name);

/// A step behind the pooling: scaling to Euclidean length 1, or a dense layer in a folder.
struct SentenceStep {
  enum class Kind { normalize, dense };
  Kind kind = Kind::normalize;
  std::filesystem::path folder = {};  // of a dense layer's weights
  std::string activation = "tanh";  // as product/activation.h has it; "tanh", "sigmoid", "identity"
  bool bias = true;
  bool residual = false;  // what goes in is added, through a product of its own if sizes differ
};

struct SentenceSettings {
  std::vector<Pooling> poolings = {Pooling::mean};  // their vectors side by side
  bool include_prompt = true;                       // false: its tokens are not pooled
  std::vector<SentenceStep> steps = {};
  std::int64_t max_length = 0;  // tokens, [CLS] and [SEP] included; 0: not said
  bool is_unlimited = false;    // said to be so, whatever tokenizer and model say
  bool lower_case = false;      // texts turn to lower case before all else
  /// By name; one stands before each text. These two sentence-transformers has without a file.
  std::map<std::string, std::string> prompts = {{"query", ""}, {"document", ""}};
  std::string default_prompt = {};  // its name; empty: none
  std::int64_t dimensions = 0;      // the first so many of a vector; 0: all
  std::string similarity = {};      // what vectors are compared by; empty: not said

  /// The prompt of a name. Throws Error listing the names if there is no such.
  const std::string& prompt(const std::string& name) const;
};

/// Reads the folder's own settings; none if it has no modules.json. Keys that change no vector are
/// passed over; a key that we do not know is warned of, as there. Where `chosen` is not empty it
/// stands for the folder's poolings, and modules that we do not compute are left out with a
/// warning. Throws Error naming file and key for what else we do not compute, and for damaged
/// files.
std::optional<SentenceSettings> read_sentence_folder(const std::filesystem::path& folder,
                                                     const std::vector<Pooling>& chosen = {});

}  // namespace roformer::pipeline
