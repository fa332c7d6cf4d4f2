// How heavy the examples of each class are in a loss.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace roformer::labelled {

/// A weight for each class, or none where nothing is asked for. "balanced" alone weighs each class
/// by 1 / how often it occurs, as scikit-learn does; else "NAME=WEIGHT" for some classes, the others
/// 1. Scaled so that the mean over the training examples is 1 and the learning rate keeps its
/// meaning. Throws Error for other names, with the nearest, for weights that are not above 0, and
/// for a class without an example.
std::vector<double> class_weights(const std::vector<std::string>& asked,
                                  const std::vector<std::string>& names,
                                  const std::vector<std::int64_t>& training_counts);

}  // namespace roformer::labelled
