#include "roformer/study/encoding_rows.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace roformer::study {
namespace {

EncodingRow row_of(const std::string& name, std::vector<double> usual,
                   std::vector<double> longest) {
  EncodingRow row;
  row.result.name = name;
  row.parameters = 7;
  row.speeds = {100, 200};
  row.by_length = {std::move(usual), {}, std::move(longest)};
  return row;
}

TEST(EncodingRows, ChangesAtLengthArePairedBySeed) {
  EXPECT_EQ(
      length_sentence({row_of("rotary", {2, 3}, {2.1, 3.1001}), row_of("learned", {2, 3}, {}),
                       row_of("alibi", {2, 3}, {1.9, 2.8})}),
      "On sequences 4 times as long as in training, the same text, the loss changes by: rotary "
      "+0.100 ± 0.001, p < 0.001; alibi -0.150 ± 0.635, p 0.2.");
  EXPECT_EQ(length_sentence({row_of("learned", {2}, {})}), "");
}

TEST(EncodingRows, NumbersNameEveryLength) {
  const auto json = encoding_numbers({row_of("rotary", {2, 3}, {4, 5})}, 128);
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0].at("name"), "rotary");
  EXPECT_EQ(json[0].at("parameters"), 7);
  EXPECT_EQ(json[0].at("tokens_per_second"), (nlohmann::json{100.0, 200.0}));
  EXPECT_EQ(json[0].at("test_loss_by_length").at("128"), (nlohmann::json{2.0, 3.0}));
  EXPECT_EQ(json[0].at("test_loss_by_length").at("512"), (nlohmann::json{4.0, 5.0}));
}

}  // namespace
}  // namespace roformer::study
