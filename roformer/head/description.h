// What a head says about itself: its classes' names, its weights, its labels, words for people.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "roformer/head/model.h"
#include "roformer/model/head_config.h"

namespace roformer::head {

/// What tells which heads a file holds: the configuration, and the tensors that are not the trunk's.
struct Holdings {
  model::EncoderConfig config;
  model::HeadConfig head;
  std::map<std::string, std::vector<std::int64_t>> shapes;  // by our modules' names; the pooler's
                                                            // without what the trunk is called

  bool has(const std::string& name) const { return shapes.contains(name); }
  /// The first size of a tensor; 0 if there is none.
  std::int64_t rows(const std::string& name) const;
};

/// The name of the pooler's weight among Holdings::shapes.
constexpr const char* kPoolerWeight = "pooler.dense.weight";

struct Description {
  // Hugging Face's classes by model_type; a family that has no such head is left out.
  std::map<std::string, std::string> classes;
  // The inputs of a padded call that ask for the loss.
  std::vector<std::string> labels = {};
  // The tensors beside the trunk's that it computes with, biases aside. A file that has them all may
  // hold this head.
  std::vector<std::string> (*weights)(const Holdings&);
  // Whether configuration and shapes are this head's: tells heads whose weights have the same names.
  bool (*suits)(const Holdings&) = [](const Holdings&) { return true; };
  // For people, one for each part: "classifier of 3 labels".
  std::vector<std::string> (*words)(const Holdings&);
  // A model with fresh weights.
  std::shared_ptr<Model> (*make)(const Holdings&);

  /// The family's name of the class. Throws Error if it has none (RoFormer has no next sentence).
  const std::string& class_name(const std::string& model_type) const;
  /// Whether the file has all its weights.
  bool has_weights(const Holdings& holdings) const;
};

/// " (no, maybe, yes)": the first labels' names; empty if they have none.
std::string labels_in_words(const Holdings& holdings);

}  // namespace roformer::head
