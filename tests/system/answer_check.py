"""Holds every answer of a server against its own /openapi.json: the status is documented for the route, and the body fits its schema."""

import json
import re

import jsonschema

METHODS = ("get", "put", "post", "delete")


class AnswerCheck:
    def __init__(self, document):
        self.document = document
        self.routes = []  # (method, pattern, operation)
        for template, operations in document["paths"].items():
            pattern = re.compile("^" + re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)) + "$")
            for method in METHODS:
                if method in operations:
                    self.routes.append((method, pattern, operations[method], template.count("{")))
        self.routes.sort(key=lambda route: route[3])  # a literal path goes before one with parameters
        self.validators = {}

    def resolve(self, node):
        while "$ref" in node:
            at = self.document
            for step in node["$ref"].lstrip("#/").split("/"):
                at = at[step]
            node = at
        return node

    def validator(self, schema):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {"components": self.document["components"], **schema}
            self.validators[key] = jsonschema.Draft202012Validator(whole)
        return self.validators[key]

    def fault(self, method, path, answer):
        """A sentence about what does not fit; None when all is well or the route is none of the documented ones."""
        bare = path.split("?")[0].split("#")[0]
        bare = re.sub(r"/(wf_[^/]*)/(exec_[^/]*)", r"/\1%2F\2", bare)  # one parameter
        for candidate, pattern, operation, _ in self.routes:
            if candidate == method.lower() and pattern.match(bare):
                return self.fault_of(f"{method} {bare}", operation, answer)
        return None

    def fault_of(self, what, operation, answer):
        documented = operation["responses"].get(str(answer.status))
        if documented is None:
            return f"{what}: status {answer.status} is not documented: {answer}"
        content = self.resolve(documented).get("content", {})
        media_type = answer.headers.get("content-type", "").split(";")[0]
        if not content and not answer.body:
            return None
        if media_type not in content:
            return f"{what}: media type {media_type!r} of {answer.status} is not documented"
        if media_type != "application/json":
            return None
        schema = content[media_type].get("schema", {})
        errors = sorted(self.validator(schema).iter_errors(answer.json), key=lambda e: list(map(str, e.path)))
        if not errors:
            return None
        first = jsonschema.exceptions.best_match(errors)
        return f"{what}: {answer.status} at /{'/'.join(map(str, first.absolute_path))}: {first.message[:300]}"
