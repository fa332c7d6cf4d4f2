// What a head says about itself: its classes' names, the weights that tell it, its labels, words
// for people.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "roformer/head/model.h"
#include "roformer/model/config.h"

namespace roformer::head {

/// What tells which heads a file holds: the configuration, and tensors that are not the trunk's.
struct Holdings {
  model::EncoderConfig config;
  model::HeadConfig head;
  std::map<std::string, std::vector<std::int64_t>> shapes;  // by our modules' names; the pooler's
                                                            // without what the trunk is called

  /// Whether there is a tensor whose name begins so.
  bool has(const std::string& beginning) const;
  /// The first size of a tensor; 0 if there is none.
  std::int64_t rows(const std::string& name) const;
  /// Whether classifier.weight gives one number where there is more than one label, so that none
  /// but multiple choice has it.
  bool is_choice() const { return rows("classifier.weight") == 1 && head.num_labels > 1; }
};

/// The name of the pooler's weight among Holdings::shapes.
inline const std::string pooler_weight = "pooler.dense.weight";

/// A class of Hugging Face's.
struct ClassOfFamily {
  std::string name;
  // How the names of its tensors beside the trunk's begin, its own last; the trunk alone has none.
  // A file that has them all may hold this head.
  std::vector<std::string> weights;

  /// The weight that people are told of: the trunk has its pooler.
  const std::string& told_by() const { return weights.empty() ? pooler_weight : weights.back(); }
};

struct Description {
  std::map<std::string, ClassOfFamily>
      classes;                           // by model_type, of the families that have the head
  std::vector<std::string> labels = {};  // inputs of a padded call that ask for the loss
  std::string words;  // for people, of what is its own; {} stands for the number of labels
  // Whether configuration and shapes are this head's: tells heads with weights of the same names.
  bool (*suits)(const Holdings&) = [](const Holdings&) { return true; };
  // A model with fresh weights.
  std::shared_ptr<Model> (*make)(const Holdings&);
};

}  // namespace roformer::head
