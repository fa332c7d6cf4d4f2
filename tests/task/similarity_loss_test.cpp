#include "roformer/task/similarity_loss.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::task {
namespace {

using torch::Tensor;

Tensor some_vectors(std::int64_t examples, std::int64_t texts) {
  torch::manual_seed(1);
  return torch::randn({examples, texts, 5});
}

TEST(InBatchLoss, IsCrossEntropyOfCosines) {
  const Tensor vectors = some_vectors(4, 3);
  const auto loss = in_batch_loss(vectors, 0.5);
  double wanted = 0;
  std::int64_t correct = 0;
  for (std::int64_t i = 0; i < 4; ++i) {
    std::vector<Tensor> scores;
    for (std::int64_t text = 1; text < 3; ++text)
      for (std::int64_t j = 0; j < 4; ++j)
        scores.push_back(at::cosine_similarity(vectors[i][0], vectors[j][text], 0) / 0.5);
    const Tensor row = torch::stack(scores);
    wanted += (row.logsumexp(0) - row[i]).item<double>();
    correct += row.argmax().item<std::int64_t>() == i;
  }
  EXPECT_NEAR(loss.sum.item<double>(), wanted, 1e-5);
  EXPECT_EQ(loss.correct, correct);
  EXPECT_EQ(loss.targets, 4);
}

TEST(InBatchLoss, OfOneIsNothing) {
  const Tensor vectors = some_vectors(1, 2).requires_grad_();
  const auto loss = in_batch_loss(vectors, 0.05);
  EXPECT_EQ(loss.sum.item<double>(), 0);
  loss.sum.backward();
  EXPECT_EQ(vectors.grad().abs().max().item<double>(), 0);
}

TEST(CosentLoss, IsOverPairsThatHaveAnOrder) {
  const Tensor cosines = torch::tensor({0.1, 0.9, 0.5}), labels = torch::tensor({2.0, 1.0, 1.0});
  const double wanted = std::log(1 + std::exp((0.9 - 0.1) / 0.5) + std::exp((0.5 - 0.1) / 0.5));
  EXPECT_NEAR(cosent_loss(cosines, labels, 0.5).sum.item<double>(), wanted, 1e-6);
}

TEST(CosentLoss, WithoutAnOrderIsNothing) {
  const Tensor cosines = torch::tensor({0.1, 0.9}).requires_grad_();
  const auto loss = cosent_loss(cosines, torch::tensor({2.0, 2.0}), 0.05);
  EXPECT_EQ(loss.sum.item<double>(), 0);
  loss.sum.backward();
  EXPECT_EQ(cosines.grad().abs().max().item<double>(), 0);
}

TEST(CosineLoss, IsASquaredError) {
  const auto loss = cosine_loss(torch::tensor({0.5, 1.0}), torch::tensor({0.0, 0.5}));
  EXPECT_NEAR(loss.sum.item<double>(), 0.5, 1e-6);
  EXPECT_EQ(loss.targets, 2);
}

TEST(PartnerLoss, FindsTheOtherOneOfAPair) {
  const Tensor vectors = torch::eye(4).repeat_interleave(2, 0);  // partners alike, others apart
  const auto loss = partner_loss(vectors, 0.05);
  EXPECT_EQ(loss.targets, 8);
  EXPECT_EQ(loss.correct, 8);
  EXPECT_NEAR(loss.sum.item<double>() / 8, std::log1p(6 * std::exp(-20)), 1e-6);
  EXPECT_EQ(partner_loss(vectors.slice(0, 0, 2), 0.05).sum.item<double>(), 0);
  EXPECT_FALSE(tests::error_message([&] { partner_loss(vectors.slice(0, 0, 3), 0.05); }).empty());
}

}  // namespace
}  // namespace roformer::task
