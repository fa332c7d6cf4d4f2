// What a sentence encoder is learned by: keys of [task] in recipes of task.kind = "embedding".
#pragma once
#include <string>
#include <vector>

#include "roformer/base/option.h"

namespace roformer::labelled {

/// What each member means stands in its entry below.
struct EmbeddingOptions {
  std::string loss = "in_batch";
  double temperature = 0.05;  // 1 / 20
  double largest_label = 1;
  std::vector<std::string> pooling = {"mean"};
  bool normalize = true;

  /// Whether the loss looks at how near a pair is said to be.
  bool learns_labels() const { return loss == "cosent" || loss == "cosine"; }
};

/// visit(base::Option, value) for each key, in the order of reading.
template <typename Options, typename Visit>
void for_each_embedding_option(Options& o, const Visit& visit) {
  using base::Option, base::above;
  const char* loss =
      "in_batch: each text's own partner among those of the batch (van den Oord et al. 2018); "
      "simcse: the same text twice under other dropout (Gao et al. 2021); cosent: pairs in the "
      "order of their labels (Su 2022); cosine: the mean squared error of the cosine; sim: "
      "RoFormer-Sim's, a partner is written and is found";
  visit(Option{"loss", loss, {}, {"in_batch", "simcse", "cosent", "cosine", "sim"}}, o.loss);
  const char* has_none = "expected it only with a task.loss that has a softmax, not with cosine";
  visit(Option{"temperature",
               "cosines are divided by it",
               above(0),
               {},
               o.loss == "cosine" ? has_none : nullptr},
        o.temperature);
  const char* not_cosine = "expected it only with task.loss = \"cosine\"";
  visit(Option{"largest_label",
               "labels from 0 to it are cosines from 0 to 1",
               above(0),
               {},
               o.loss == "cosine" ? nullptr : not_cosine},
        o.largest_label);
  const char* pooling =
      "what of the tokens becomes a vector: cls, mean, max, mean_sqrt, weighted_mean, last, "
      "pooler, "
      "or several side by side; that of a folder of sentence-transformers is its own";
  visit(Option{"pooling", pooling}, o.pooling);
  const char* normalize =
      "whether the model that is written scales vectors to length 1; that of a folder of "
      "sentence-transformers is its own";
  visit(Option{"normalize", normalize}, o.normalize);
}

}  // namespace roformer::labelled
