// Recipes of labelled examples that train within a second.
#pragma once
#include <string>

#include "roformer/task/text_material.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::tests {

/// A recipe of this kind whose [data] has these lines, by the words of number_vocabulary.
inline std::string tiny_labelled_recipe(const TestFolder& folder, const std::string& kind,
                                        const std::string& data) {
  const auto vocabulary = folder.write("vocab.txt", number_vocabulary(50));
  return "[task]\nkind = \"" + kind + "\"\n[model]\npreset = \"roformer-tiny\"\n" + tiny_model +
         "embedding_size = 16\n[data]\nmax_length = 32\nvocabulary = \"" + vocabulary.string() +
         "\"\n" + data + "[[stage]]\nbatch_size = 4\nsteps = 60\n[evaluate]\nevery = 30\n" +
         tiny_run;
}

/// Whether a packed batch of examples gives the sum of what each gives alone, and their gradients.
inline void expect_batch_is_the_sum_of_its_examples(task::RecipeTask& task,
                                                    const train::MicroBatch& together,
                                                    const std::vector<train::MicroBatch>& alone) {
  const auto gradients = [&] {
    std::vector<torch::Tensor> copies;
    for (const torch::Tensor& parameter : task.module().parameters()) {
      copies.push_back(parameter.grad().defined() ? parameter.grad().clone()
                                                  : torch::zeros_like(parameter));
      if (parameter.grad().defined()) parameter.grad().zero_();
    }
    return copies;
  };
  task.module().eval();
  const auto all = task.loss(together, 0);
  all.loss.backward();
  const auto wanted = gradients();
  double loss = 0;
  std::int64_t targets = 0, correct = 0;
  for (const auto& batch : alone) {
    const auto one = task.loss(batch, 0);
    one.loss.backward();
    loss += one.negative_log_likelihood;
    targets += one.targets;
    correct += one.correct;
  }
  EXPECT_NEAR(all.negative_log_likelihood, loss, 1e-4 * (1 + loss));
  EXPECT_EQ(all.targets, targets);
  EXPECT_EQ(all.correct, correct);
  const auto sums = gradients();
  for (std::size_t i = 0; i < sums.size(); ++i)
    EXPECT_TRUE(torch::allclose(sums[i], wanted[i], 1e-3, 1e-4));
}

}  // namespace roformer::tests
