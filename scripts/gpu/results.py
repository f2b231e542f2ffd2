"""What was found: one row for each number or verdict, kept as it comes."""

import json


class Results:
    def __init__(self, folder, dry):
        self.folder, self.dry, self.rows = folder, dry, []
        self.lines = open(folder / "results.jsonl", "w", encoding="utf-8")

    def add(self, part, what, value, unit="", goal=None, right=None, note=""):
        """@param goal  a bound as (word, number), such as ("<=", 9.5): missing it is no error.
        @param right  False: something is wrong."""
        row = {"part": part, "what": what, "value": value, "unit": unit, "note": note}
        if goal is not None:
            word, bound = goal
            row["goal"] = f"{word} {bound:g}"
            row["met"] = value <= bound if word == "<=" else value >= bound
        if right is not None:
            row["right"] = bool(right)
        self.rows.append(row)
        self.lines.write(json.dumps(row) + "\n")
        self.lines.flush()
        print("  " + " | ".join(cells(row)), flush=True)

    def any_wrong(self):
        return any(row.get("right") is False for row in self.rows)

    def table(self):
        kind = (
            "dry: the fake device and the processor; the numbers say nothing of a GPU"
            if self.dry
            else "on a GPU"
        )
        head = ["part", "what", "value", "goal", "verdict", "note"]
        lines = [
            f"# gpu_check, {kind}",
            "",
            "| " + " | ".join(head) + " |",
            "|" + "---|" * len(head),
        ]
        lines += ["| " + " | ".join(cells(row)) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"

    def write(self):
        (self.folder / "results.json").write_text(
            json.dumps({"dry": self.dry, "rows": self.rows}, indent=1) + "\n"
        )
        (self.folder / "results.md").write_text(self.table())


def verdict(row):
    if "right" in row:
        return "right" if row["right"] else "WRONG"
    if "met" in row:
        return "met" if row["met"] else "missed"
    return ""


def cells(row):
    value = f"{row['value']:.4g}" if isinstance(row["value"], float) else str(row["value"])
    told = [
        row["part"],
        row["what"],
        f"{value} {row['unit']}".strip(),
        row.get("goal", ""),
        verdict(row),
        row["note"],
    ]
    return [str(cell).replace("|", "/").replace("\n", " ") for cell in told]
