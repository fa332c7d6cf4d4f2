// What needs no training on triplets: which of two texts is nearer to a third by the characters that
// they share, or by the vectors of an encoder as it is.
#pragma once
#include <c10/core/Device.h>

#include <filesystem>
#include <vector>

#include "roformer/labelled/queries.h"

namespace roformer::study {

/// By the cosine of TF-IDF vectors of pairs of neighbouring characters, tf · (ln((1 + n) / (1 + df))
/// + 1) over the distinct texts as scikit-learn weighs them. Of each triplet 1 where the better text
/// is nearer, else 0.
std::vector<double> right_by_bigrams(const std::vector<labelled::Query>& triplets);

/// By the cosine of the encoder's mean hidden states of each text alone, whole as far as the model
/// has positions; warns of texts that it has too few for.
std::vector<double> right_by_encoder(const std::vector<labelled::Query>& triplets,
                                     const std::filesystem::path& folder, c10::Device device);

}  // namespace roformer::study
